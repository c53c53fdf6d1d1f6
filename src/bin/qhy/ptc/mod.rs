//! `qhy ptc`: the photon transfer curve of a camera, and its dark current.
//!
//! Takes pairs of frames through the C names of a library, as a program would get them, at
//! rising exposures of an even light, and works out what the camera makes of an electron.
//! The light is the user's affair: a flat panel, or a virtual camera that looks at one.

mod dark;
mod fit;
mod report;
mod rig;
mod series;
mod stats;

use std::path::PathBuf;
use std::time::Duration;

use qhyccd::util::Rect;

use crate::support::output::{self, Failure, Result};
use crate::support::{markdown, sdk, values};

use report::Curve;
use rig::{Rig, Setting};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The library to call; by default the one beside this tool
    #[arg(long, value_name = "FILE")]
    library: Option<PathBuf>,
    /// Id of the camera or its beginning; may be left out if there is only one
    #[arg(long, value_name = "ID")]
    camera: Option<String>,
    /// Read modes, by number [default: the present one]
    #[arg(long, value_name = "N,...", value_delimiter = ',')]
    read_mode: Vec<u32>,
    /// Gain settings, in each of the read modes [default: the present one]
    #[arg(long, value_name = "N,...", value_delimiter = ',')]
    gain: Vec<u32>,
    /// Every read mode and gain that has a published point
    #[arg(long, conflicts_with_all = ["read_mode", "gain"])]
    published: bool,
    /// Offset [default: the present one, or as much more as keeps the noise above 0]
    #[arg(long, value_name = "N")]
    offset: Option<u32>,
    /// Exposures of the light for each setting
    #[arg(long, value_name = "N", default_value_t = 18, value_parser = clap::value_parser!(u32).range(10..=200))]
    levels: u32,
    /// Region of evenly lit pixels [default: 4096x256 in the middle]
    #[arg(long, value_name = "X,Y,W,H", value_parser = values::rect)]
    roi: Option<Rect>,
    /// Dark current too: cools to several temperatures and takes long exposures. The cooler
    /// stays on at the warmest
    #[arg(long)]
    dark: bool,
    /// Temperatures of the sensor for `--dark`
    #[arg(long, value_name = "C,...", value_delimiter = ',', allow_negative_numbers = true,
          default_values_t = dark::TEMPERATURES_C)]
    temperature: Vec<f64>,
    /// Exposure for `--dark` [default: by the published dark current, one minute to one hour]
    #[arg(long, value_name = "TIME", value_parser = values::exposure_us)]
    dark_exposure: Option<f64>,
    /// How long the sensor must have had its temperature; of the computer's time, also where
    /// a virtual camera's runs faster
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = values::exposure_us)]
    settle: f64,
    /// Write the tables into this Markdown file, between its two `ptc` comments if it exists
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Draw the curves into this PNG file, and further charts beside it
    #[arg(long, value_name = "FILE.png")]
    png: Option<PathBuf>,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

/// Pixels of the region unless another is wanted: few rows, for each costs time.
const REGION: (u32, u32) = (4096, 256);

/// Runs the subcommand.
pub(crate) fn run(args: &Args, virtual_devices: Option<&str>) -> Result<()> {
    let library = sdk::found(args.library.as_deref(), "libqhyccd.so", &["", "../lib"])?;
    let old = match args.markdown.as_deref().filter(|file| file.exists()) {
        Some(file) => Some(markdown::open(file, report::PLACE)?),
        None => None,
    };
    for file in [&args.markdown, &args.png].into_iter().flatten() {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(Failure::new(format_args!("{}: no such folder", file.display())));
        }
    }
    let devices = virtual_devices.map(|devices| format!("virtual:{devices}"));
    let mut rig = Rig::open(&library, devices.as_deref(), args.camera.as_deref(), args.quiet)?;

    let settings = settings(args, &rig)?;
    let mut curves: Vec<Curve> = Vec::new();
    for (n, setting) in settings.iter().enumerate() {
        let doing = format!("mode {} gain {}", setting.mode, setting.gain);
        rig.tell(&doing, 100.0 * n as f64 / settings.len() as f64);
        let curve = curve(args, &mut rig, *setting);
        rig.check()?;
        curves.push(curve.map_err(|text| Failure::new(format_args!("{doing}: {text}")))?);
    }
    let darks = if args.dark { darks(args, &mut rig, &curves)? } else { Vec::new() };
    drop(rig);

    let mut tables = vec![report::curve_rows(&curves), report::dark_rows(&darks)];
    tables.retain(|rows| rows.len() > 1);
    let texts: Vec<String> = tables.iter().map(|rows| output::table(rows)).collect();
    output::print(&texts.join("\n"))?;
    if let Some(file) = &args.markdown {
        report::write_markdown(file, old.as_deref(), &tables)?;
    }
    if let Some(file) = &args.png {
        report::write_charts(file, &curves, &darks)?;
    }
    Ok(())
}

/// Which settings are wanted.
fn settings(args: &Args, rig: &Rig) -> Result<Vec<Setting>> {
    if args.published {
        return match report::published_settings(rig.model) {
            none if none.is_empty() => {
                Err(Failure::new(format_args!("nothing is published for the {}", rig.model.name)))
            }
            settings => Ok(settings),
        };
    }
    let present = rig.setting().map_err(Failure::new)?;
    let or = |wanted: &[u32], present| if wanted.is_empty() { vec![present] } else { wanted.to_vec() };
    let gains = or(&args.gain, present.gain);
    let modes = or(&args.read_mode, present.mode).into_iter();
    Ok(modes.flat_map(|mode| gains.iter().map(move |&gain| Setting { mode, gain })).collect())
}

fn curve(args: &Args, rig: &mut Rig, setting: Setting) -> std::result::Result<Curve, String> {
    rig.set(setting)?;
    let region = match args.roi {
        Some(roi) => [roi.x, roi.y, roi.width, roi.height],
        None => rig.middle(REGION.0, REGION.1)?,
    };
    rig.set_region(region)?;
    rig.lift(args.offset)?;
    let series = series::take(rig, args.levels)?;
    let fit = fit::fit(&series.bias, &series.flats)?;
    Ok(Curve { setting, series, fit, published: report::published(rig.model, setting) })
}

/// Dark current at the setting that has measured with the least noise, of those with range
/// enough for it.
fn darks(args: &Args, rig: &mut Rig, curves: &[Curve]) -> Result<Vec<dark::Dark>> {
    let quietest = curves
        .iter()
        .min_by(|a, b| {
            let narrow = |curve: &Curve| curve.fit.e_per_adu < LEAST_E_PER_ADU;
            (narrow(a).cmp(&narrow(b))).then(a.fit.read_noise_e.total_cmp(&b.fit.read_noise_e))
        })
        .ok_or_else(|| Failure::new("no gain was measured"))?;
    rig.set(quietest.setting).map_err(Failure::new)?;
    let wanted = dark::Wanted {
        temps_c: args.temperature.clone(),
        exposure_s: args.dark_exposure.map(|us| us / 1e6),
        settle: Duration::from_secs_f64(args.settle / 1e6),
    };
    dark::measure(rig, &wanted, quietest.fit.e_per_adu)
}

/// Electrons a unit for a range of some thousand electrons.
const LEAST_E_PER_ADU: f64 = 0.1;
