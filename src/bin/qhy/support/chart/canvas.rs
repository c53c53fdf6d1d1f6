//! A picture of few colours to draw on. What lies outside is not drawn.

use std::io::{self, Write};

use super::font;

/// A colour by its place in the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ink(u8);

/// Red, green and blue.
#[rustfmt::skip]
const PALETTE: [[u8; 3]; 12] = [
    [255, 255, 255], [0, 0, 0], [200, 200, 200], [235, 235, 235],
    [0, 110, 180], [215, 80, 0], [0, 150, 100], [170, 70, 150],
    [120, 90, 0], [90, 90, 200], [200, 30, 60], [90, 90, 90],
];
const BACKGROUND: u8 = 0;
const FIRST_COLOUR: usize = 4;

impl Ink {
    #[cfg(test)]
    pub(crate) const WHITE: Ink = Ink(BACKGROUND);
    pub(crate) const BLACK: Ink = Ink(1);
    pub(crate) const GREY: Ink = Ink(2);
    pub(crate) const PALE: Ink = Ink(3);

    /// A colour for what has this number.
    pub(crate) fn of(number: usize) -> Ink {
        Ink((FIRST_COLOUR + number % (PALETTE.len() - FIRST_COLOUR)) as u8)
    }
}

/// The picture.
pub(crate) struct Canvas {
    width: u32,
    height: u32,
    inks: Vec<u8>,
}

/// Dots of the font are so many pixels wide.
const ZOOM: i32 = 2;
/// From letter to letter.
const ADVANCE: i32 = ZOOM * (font::SIZE.0 as i32 + 1);

impl Canvas {
    pub(crate) fn new(width: u32, height: u32) -> Canvas {
        Canvas { width, height, inks: vec![BACKGROUND; (width * height) as usize] }
    }

    fn index(&self, (x, y): (i32, i32)) -> Option<usize> {
        let inside = x >= 0 && y >= 0 && (x as u32) < self.width && (y as u32) < self.height;
        inside.then(|| y as usize * self.width as usize + x as usize)
    }

    /// The colour of a place; white outside.
    #[cfg(test)]
    pub(crate) fn at(&self, place: (i32, i32)) -> Ink {
        self.index(place).map_or(Ink::WHITE, |at| Ink(self.inks[at]))
    }

    fn set(&mut self, place: (i32, i32), ink: Ink) {
        if let Some(at) = self.index(place) {
            self.inks[at] = ink.0;
        }
    }

    /// A line one pixel wide.
    pub(crate) fn line(&mut self, from: (i32, i32), to: (i32, i32), ink: Ink) {
        // Far outside there is nothing to see; this also bounds the work.
        let near = |(x, y): (i32, i32)| (x.clamp(-5000, 5000), y.clamp(-5000, 5000));
        let (from, to) = (near(from), near(to));
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs()).max(1);
        for n in 0..=steps {
            let along = |d: i32| (f64::from(d) * f64::from(n) / f64::from(steps)).round() as i32;
            self.set((from.0 + along(dx), from.1 + along(dy)), ink);
        }
    }

    /// An empty box.
    pub(crate) fn frame(&mut self, a: (i32, i32), b: (i32, i32), ink: Ink) {
        for (from, to) in [(a, (b.0, a.1)), ((b.0, a.1), b), (b, (a.0, b.1)), ((a.0, b.1), a)] {
            self.line(from, to, ink);
        }
    }

    /// A filled circle.
    pub(crate) fn dot(&mut self, centre: (i32, i32), ink: Ink) {
        self.round(centre, 0..=12, ink);
    }

    /// An empty circle, larger than [`Canvas::dot`].
    pub(crate) fn ring(&mut self, centre: (i32, i32), ink: Ink) {
        self.round(centre, 26..=45, ink);
    }

    /// The places whose squared distances are in the range.
    fn round(&mut self, (x, y): (i32, i32), squares: std::ops::RangeInclusive<i32>, ink: Ink) {
        for dy in -7i32..=7 {
            for dx in -7i32..=7 {
                if squares.contains(&(dx * dx + dy * dy)) {
                    self.set((x.saturating_add(dx), y.saturating_add(dy)), ink);
                }
            }
        }
    }

    /// Pixels that a text is wide.
    pub(crate) fn text_width(text: &str) -> i32 {
        ADVANCE * text.chars().count() as i32 - ZOOM
    }

    /// A text with its upper left corner at a place.
    pub(crate) fn text(&mut self, (x, y): (i32, i32), text: &str, ink: Ink) {
        self.letters(text, ink, |along, down| (x + along, y + down));
    }

    /// A text around a place.
    pub(crate) fn text_centred(&mut self, (x, y): (i32, i32), text: &str, ink: Ink) {
        self.text((x - Canvas::text_width(text) / 2, y - font::SIZE.1 as i32), text, ink);
    }

    /// A text that runs upwards, centred on a place in this direction, with its head there.
    pub(crate) fn text_upwards(&mut self, (x, y): (i32, i32), text: &str, ink: Ink) {
        let bottom = y + Canvas::text_width(text) / 2;
        self.letters(text, ink, |along, down| (x + down, bottom - along));
    }

    fn letters(&mut self, text: &str, ink: Ink, place: impl Fn(i32, i32) -> (i32, i32)) {
        for (number, letter) in text.chars().enumerate() {
            let down = font::descent(letter) as i32;
            for (row, dots) in (down..).zip(font::glyph(letter)) {
                for column in (0..font::SIZE.0 as i32).filter(|c| dots >> (4 - c) & 1 == 1) {
                    for n in 0..ZOOM * ZOOM {
                        let along = number as i32 * ADVANCE + column * ZOOM + n % ZOOM;
                        self.set(place(along, row * ZOOM + n / ZOOM), ink);
                    }
                }
            }
        }
    }

    /// Writes the picture, four bits a pixel.
    pub(crate) fn write_png(&self, out: &mut impl Write) -> io::Result<()> {
        let mut encoder = png::Encoder::new(out, self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Four);
        encoder.set_palette(PALETTE.concat());
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header()?;
        let rows = self.inks.chunks(self.width as usize);
        let pack = |pair: &[u8]| pair[0] << 4 | pair.get(1).copied().unwrap_or(0);
        let bytes: Vec<u8> = rows.flat_map(|row| row.chunks(2).map(pack)).collect();
        writer.write_image_data(&bytes)?;
        writer.finish()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_upright_and_turned() {
        let mut canvas = Canvas::new(40, 40);
        canvas.text((3, 5), "L", Ink::BLACK);
        // The stem on the left, the foot at the bottom.
        assert_eq!(canvas.at((3, 5)), Ink::BLACK);
        assert_eq!(canvas.at((12, 18)), Ink::BLACK);
        assert_eq!(canvas.at((12, 5)), Ink::WHITE);

        let mut canvas = Canvas::new(40, 40);
        canvas.text_upwards((3, 20), "L", Ink::BLACK);
        // Its left side is below, its head on the left.
        assert_eq!(canvas.at((3, 25)), Ink::BLACK);
        assert_eq!(canvas.at((16, 16)), Ink::BLACK);
        assert_eq!(canvas.at((3, 16)), Ink::WHITE);
    }

    #[test]
    fn what_is_outside_is_not_drawn() {
        let mut canvas = Canvas::new(10, 10);
        canvas.line((-100, 5), (i32::MAX, 5), Ink::BLACK);
        canvas.dot((i32::MIN, i32::MAX), Ink::BLACK);
        canvas.text((-500, -500), "outside", Ink::BLACK);
        assert!((0..10).all(|x| canvas.at((x, 5)) == Ink::BLACK));
        assert_eq!(canvas.inks.iter().filter(|ink| **ink == Ink::BLACK.0).count(), 10);
    }
}
