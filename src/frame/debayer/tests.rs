//! What the definitions of the methods are good for; that they are met is tested with the
//! plans.

use super::*;

#[test]
fn an_edge_stays_grey_with_gradients_and_gets_seams_without() {
    // Dark above, bright below: no colour anywhere.
    let (width, height) = (12, 8);
    let wire: Vec<u8> = (0..width * height).map(|i| if i < width * 4 { 20 } else { 220 }).collect();
    let coloured = |method| {
        let (order, context, depth) = (Bayer::Rg, Context::default(), Depth::U8);
        let mut window = Window::new(Mosaic { width, height, order, method, context, depth });
        let mut picture = vec![0; width * height * 3];
        wire.chunks(width).for_each(|row| window.push(row, Sample::U8, &mut picture));
        picture.chunks(3).filter(|p| p[0] != p[1] || p[1] != p[2]).count()
    };
    assert_eq!(coloured(Method::Gradient), 0);
    assert_eq!(coloured(Method::Bilinear), 2 * width);
}

#[test]
fn reflections_count_back_and_forth() {
    let line = |len| (-4..8).map(|at| near(0, at, len)).collect::<Vec<_>>();
    assert_eq!(line(1), [0; 12]);
    assert_eq!(line(2), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    assert_eq!(line(3), [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]);
    assert_eq!(line(5), [4, 3, 2, 1, 0, 1, 2, 3, 4, 3, 2, 1]);
}
