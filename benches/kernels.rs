//! Pixel kernels beside a copy of the same bytes, in bytes of the wire frame per second.
//!
//! `cargo bench --bench kernels`. The frame comes in pieces of a transfer, as it does
//! from a camera.

use divan::Bencher;
use divan::counter::BytesCount;

use qhyccd::frame::{Method, Plan, Sample, Settings, Sink, Stretch, Turn, WireLayout, depth};
use qhyccd::util::{Bayer, Rect, Size};

/// Rows enough to be far larger than any cache.
const WIRE: WireLayout = WireLayout { columns: 9600, rows: 2034, sample: Sample::U16Be };
/// Below the lead rows and beside the optical black columns.
const EFFECTIVE: Rect = Rect::new(24, 34, 9576, 2000);
const FULL_ROWS: Rect = Rect::new(0, 34, 9600, 2000);
const TRANSFER: usize = 1 << 18;

fn main() {
    divan::main();
}

fn settings() -> Settings {
    Settings { crop: FULL_ROWS, ..Settings::whole(WIRE) }
}

fn eight() -> Settings {
    let wire = WireLayout { sample: Sample::U8, ..WIRE };
    Settings { crop: EFFECTIVE, ..Settings::whole(wire) }
}

fn noise(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(2654435761) >> 13) as u8).collect()
}

fn frame(bencher: Bencher, settings: Settings) {
    let plan = Plan::new(settings).unwrap();
    let frame = noise(plan.frame_len());
    let mut out = vec![0; plan.output_len()];
    bencher.counter(BytesCount::new(frame.len())).bench_local(|| {
        let mut sink = Sink::new(&plan, &mut out).unwrap();
        for piece in frame.chunks(TRANSFER) {
            sink.push(piece);
        }
        sink.finish().unwrap();
    });
}

#[divan::bench]
fn a_memcpy(bencher: Bencher) {
    let source = noise(WIRE.frame_len().unwrap());
    let mut target = vec![0; source.len()];
    bencher
        .counter(BytesCount::new(source.len()))
        .bench_local(|| divan::black_box(&mut target[..]).copy_from_slice(divan::black_box(&source)));
}

#[divan::bench]
fn swap(bencher: Bencher) {
    frame(bencher, settings());
}

#[divan::bench]
fn swap_crop(bencher: Bencher) {
    frame(bencher, Settings { crop: EFFECTIVE, ..settings() });
}

#[divan::bench]
fn copy8_crop(bencher: Bencher) {
    frame(bencher, eight());
}

#[divan::bench(args = [2, 3, 4, 6])]
fn bin_sum(bencher: Bencher, bin: u32) {
    frame(bencher, Settings { bin, ..settings() });
}

#[divan::bench]
fn bin2_average(bencher: Bencher) {
    frame(bencher, Settings { bin: 2, average: true, ..settings() });
}

#[divan::bench]
fn bin2_sum8(bencher: Bencher) {
    frame(bencher, Settings { bin: 2, ..eight() });
}

#[divan::bench(args = [Method::Bilinear, Method::Gradient])]
fn debayer(bencher: Bencher, method: Method) {
    frame(bencher, Settings { debayer: Some(Bayer::Rg), method, ..settings() });
}

#[divan::bench(args = [Method::Bilinear, Method::Gradient])]
fn debayer8(bencher: Bencher, method: Method) {
    frame(bencher, Settings { debayer: Some(Bayer::Rg), method, ..eight() });
}

#[divan::bench]
fn to_8_bits(bencher: Bencher) {
    let source = noise(WIRE.frame_len().unwrap());
    let mut target = vec![0; source.len() / 2];
    bencher
        .counter(BytesCount::new(source.len()))
        .bench_local(|| depth::to_8_bits(&source, 500, 40_000, &mut target));
}

#[divan::bench]
fn stretch(bencher: Bencher) {
    let source = noise(WIRE.frame_len().unwrap());
    let mut target = vec![0; source.len() / 2];
    bencher
        .counter(BytesCount::new(source.len()))
        .bench_local(|| Stretch::auto(&source).apply(&source, &mut target));
}

#[divan::bench(args = [Turn::Half, Turn::Left, Turn::MirrorHorizontal])]
fn rotate(bencher: Bencher, turn: Turn) {
    let source = noise(WIRE.frame_len().unwrap());
    let mut target = vec![0; source.len()];
    let size = Size::new(WIRE.columns, WIRE.rows);
    bencher
        .counter(BytesCount::new(source.len()))
        .bench_local(|| assert!(turn.apply(size, 2, &source, &mut target)));
}
