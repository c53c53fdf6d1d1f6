//! Installs the library with CMake into an empty prefix and builds `c-tests/single.c`
//! against it as strangers do: by pkg-config, by CMake's `find_package`, through the find
//! module, and statically. Each program then runs on a virtual camera.
#![cfg(all(target_os = "linux", feature = "c-abi", feature = "virtual", feature = "tools"))]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::{built_dir, have, on_cameras, root, run, scratch, target_dir};

const DEVICES: &str = "virtual:QHY600M?seed=1&scene=xy&speed=1000";

/// The prefix with everything installed; made once. `None` where CMake is missing.
fn prefix(test: &str) -> Option<&'static Path> {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    if !have("cmake", &["--version"], test) {
        return None;
    }
    Some(PREFIX.get_or_init(|| {
        let (build, prefix) = (scratch("install-build"), scratch("install-prefix"));
        // The same profile as this test. In a folder of its own, for Cargo would build the
        // library anew each time it is asked for with and without the tests.
        let profile = match built_dir().parent().and_then(Path::file_name) {
            Some(name) if name == "debug" => "dev".into(),
            Some(name) => name.to_string_lossy().into_owned(),
            None => unreachable!("the build folder has a name"),
        };
        run(Command::new("cmake")
            .arg("-S")
            .arg(root())
            .arg("-B")
            .arg(&build)
            .arg(format!("-DQHYCCD_CARGO_PROFILE={profile}"))
            .arg(format!("-DQHYCCD_CARGO_TARGET_DIR={}", target_dir().join("install").display()))
            .arg("-DQHYCCD_CARGO_FLAGS=--locked")
            .arg("-DQHYCCD_EXTRA_SONAMES=21;24")
            .arg(format!("-DCMAKE_INSTALL_PREFIX={}", prefix.display())))
        .good();
        run(Command::new("cmake").arg("--build").arg(&build)).good();
        run(Command::new("cmake").arg("--install").arg(&build).arg("--prefix").arg(&prefix)).good();
        prefix
    }))
}

/// The folder of the libraries below the prefix: `lib`, `lib64` or a triple's own.
fn libdir(prefix: &Path) -> PathBuf {
    let mut folders = vec![prefix.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if folder.join("libqhyccd.a").exists() {
            return folder;
        }
        folders.extend(
            fs::read_dir(&folder).expect("folder").flatten().map(|e| e.path()).filter(|p| p.is_dir()),
        );
    }
    panic!("no library was installed in {}", prefix.display());
}

/// Runs a built `single` and compares what it prints.
#[track_caller]
fn check_program(command: &mut Command) {
    let printed = run(command.arg("small")).silent();
    let wanted = fs::read_to_string(root().join("c-tests/expected/single-small.txt")).expect("expected text");
    assert_eq!(printed, wanted);
}

fn pkg_config(prefix: &Path, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new("pkg-config");
    command.args(arguments).env("PKG_CONFIG_PATH", libdir(prefix).join("pkgconfig"));
    run(&mut command).silent().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn files_and_links_are_where_programs_look() {
    let Some(prefix) = prefix("files_and_links_are_where_programs_look") else { return };
    let lib = libdir(prefix);
    let mut version = env!("CARGO_PKG_VERSION").split('.').skip(1);
    let (minor, patch) = (version.next().expect("minor"), version.next().expect("patch"));
    let real = format!("libqhyccd.so.20.{minor}.{patch}");
    assert!(fs::symlink_metadata(lib.join(&real)).expect("the library").is_file());
    for link in ["libqhyccd.so", "libqhyccd.so.20", "libqhyccd.so.21", "libqhyccd.so.24"] {
        let to = fs::canonicalize(lib.join(link)).unwrap_or_else(|e| panic!("{link}: {e}"));
        assert_eq!(to, lib.join(&real).canonicalize().expect("the library"), "{link}");
    }
    for header in ["qhyccd.h", "qhyccderr.h", "qhyccdstruct.h", "qhyccdcamdef.h", "config.h"] {
        for folder in ["include", "include/qhyccd"] {
            assert!(prefix.join(folder).join(header).is_file(), "{folder}/{header}");
        }
    }
    assert!(prefix.join("lib/udev/rules.d/85-open-qhyccd.rules").is_file());
    assert!(prefix.join("bin/qhy").is_file());
}

#[test]
fn a_program_is_built_by_pkg_config_and_run_by_the_wrapper() {
    let test = "a_program_is_built_by_pkg_config_and_run_by_the_wrapper";
    if !have("pkg-config", &["--version"], test) {
        return;
    }
    let Some(prefix) = prefix(test) else { return };
    let dir = scratch("install-pkg-config");
    for package in ["libqhyccd", "qhyccd"] {
        let program = dir.join(package);
        run(Command::new("cc")
            .arg("-o")
            .arg(&program)
            .arg(root().join("c-tests/single.c"))
            .args(pkg_config(prefix, &["--cflags", "--libs", package])))
        .silent();
        let wrapper = prefix.join("bin/with-open-qhyccd");
        check_program(on_cameras(wrapper, DEVICES, &dir).arg(&program));
    }
    assert_eq!(pkg_config(prefix, &["--modversion", "libqhyccd"]).len(), 1);
}

#[test]
fn a_program_is_linked_statically_by_pkg_config() {
    let test = "a_program_is_linked_statically_by_pkg_config";
    if !have("pkg-config", &["--version"], test) {
        return;
    }
    let Some(prefix) = prefix(test) else { return };
    let dir = scratch("install-static");
    let program = dir.join("single");
    run(Command::new("cc")
        .arg("-o")
        .arg(&program)
        .arg(root().join("c-tests/single.c"))
        .args(pkg_config(prefix, &["--cflags", "--libs", "libqhyccd-static"])))
    .silent();
    // Without any path to the library: it must be inside.
    check_program(&mut on_cameras(&program, DEVICES, &dir));
}

/// Configures and builds a CMake project and returns its folder.
fn cmake_project(prefix: &Path, name: &str, source: &Path, settings: &[String]) -> PathBuf {
    let build = scratch(name);
    run(Command::new("cmake")
        .arg("-S")
        .arg(source)
        .arg("-B")
        .arg(&build)
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()))
        .args(settings))
    .good();
    run(Command::new("cmake").arg("--build").arg(&build)).good();
    build
}

#[test]
fn a_project_finds_the_package_with_cmake() {
    let Some(prefix) = prefix("a_project_finds_the_package_with_cmake") else { return };
    for (name, linked) in [("install-cmake-shared", "OFF"), ("install-cmake-static", "ON")] {
        let settings = [format!("-DQHYCCD_STATIC={linked}")];
        let build = cmake_project(prefix, name, &root().join("c-tests"), &settings);
        check_program(&mut on_cameras(build.join("single"), DEVICES, &build));
    }
}

#[test]
fn a_project_finds_the_library_with_the_old_variables() {
    let Some(prefix) = prefix("a_project_finds_the_library_with_the_old_variables") else { return };
    let source = scratch("install-find-module");
    let lists = "cmake_minimum_required(VERSION 3.16)\nproject(old C)\n\
                 find_package(QHYCCD MODULE REQUIRED)\n\
                 add_executable(single ${SINGLE})\n\
                 target_include_directories(single PRIVATE ${QHY_INCLUDE_DIR})\n\
                 target_link_libraries(single ${QHY_LIBRARIES})\n";
    fs::write(source.join("CMakeLists.txt"), lists).expect("project");
    let settings = [
        format!("-DCMAKE_MODULE_PATH={}", prefix.join("share/open-qhyccd/cmake").display()),
        format!("-DSINGLE={}", root().join("c-tests/single.c").display()),
    ];
    let build = cmake_project(prefix, "install-find-build", &source, &settings);
    check_program(&mut on_cameras(build.join("single"), DEVICES, &build));
}
