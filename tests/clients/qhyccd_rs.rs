//! One frame through the crate `qhyccd-rs`, and what else it can ask of a camera.
//! The scene is "xy", whose pixel values tell their place.

use qhyccd_rs::{Control, Sdk, StreamMode};

fn main() {
    let sdk = Sdk::new().expect("start");
    println!("{} camera, {} filter wheel", sdk.cameras().count(), sdk.filter_wheels().count());
    sdk.version().expect("version");

    let camera = sdk.cameras().last().expect("camera");
    println!("id {}", camera.id());
    camera.open().expect("open");
    println!("firmware {}", camera.get_firmware_version().expect("firmware"));
    println!("model {}", camera.get_model().expect("model"));
    camera.is_control_available(Control::CamSingleFrameMode).expect("single frames");
    camera.set_stream_mode(StreamMode::SingleFrameMode).expect("stream mode");
    camera.set_readout_mode(0).expect("read mode");
    camera.init().expect("init");

    println!("{:?}", camera.get_ccd_info().expect("chip"));
    println!("overscan {:?}", camera.get_overscan_area().expect("overscan"));
    let area = camera.get_effective_area().expect("effective area");
    println!("effective {area:?}");
    println!("colour {:?}", camera.is_control_available(Control::CamColor));
    for mode in 0..camera.get_number_of_readout_modes().expect("read modes") {
        let size = camera.get_readout_mode_resolution(mode).expect("size");
        println!("read mode {mode}: {}, {size:?}", camera.get_readout_mode_name(mode).expect("name"));
    }
    println!("read mode is {}", camera.get_readout_mode().expect("read mode"));

    camera.set_if_available(Control::UsbTraffic, 255.0).expect("traffic out of range");
    camera.set_if_available(Control::Gain, 10.0).expect("gain");
    camera.set_if_available(Control::Offset, 140.0).expect("offset");
    camera.set_parameter(Control::Exposure, 2000.0).expect("exposure");
    camera.set_roi(area).expect("region");
    camera.set_bin_mode(1, 1).expect("binning");
    camera.set_if_available(Control::TransferBit, 16.0).expect("depth");
    for control in [Control::UsbTraffic, Control::Gain, Control::Offset, Control::Exposure, Control::TransferBit] {
        let value = camera.get_parameter(control).expect("value");
        let range = camera.get_parameter_min_max_step(control).expect("range");
        println!("{control:?} {value} of {range:?}");
    }
    let temp_c = camera.get_parameter(Control::CurTemp).expect("temperature");
    assert!((-60.0..60.0).contains(&temp_c), "{temp_c} C");

    camera.start_single_frame_exposure().expect("exposure");
    let image = camera.get_single_frame(camera.get_image_size().expect("image size")).expect("frame");
    println!("frame {}x{}, {} bits, {} channel", image.width, image.height, image.bits_per_pixel, image.channels);
    let samples: Vec<u16> = image.data.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
    for y in 0..image.height {
        for x in 0..image.width {
            let (column, row) = (area.start_x + x, area.start_y + y);
            let wanted = (7 * column + 13 * row).wrapping_add(column * row) as u16;
            assert_eq!(samples[(y * image.width + x) as usize], wanted, "pixel {x},{y}");
        }
    }
    println!("every pixel is right");
    camera.close().expect("close");
}
