//! Things that stand in more than one picture: rooms, cars, lines of writing.

use crate::painter::canvas::{Canvas, Colour, Dice, HEIGHT, WIDTH, lit, mix};

pub(super) const WHITE: Colour = [246, 246, 242];
pub(super) const INK: Colour = [52, 58, 68];
pub(super) const STEEL: Colour = [150, 158, 168];
pub(super) const RED: Colour = [200, 44, 40];

/// Car paint, doors, signs: lively, not shrill.
const PAINTS: [Colour; 7] = [
    [58, 112, 172],
    [196, 70, 58],
    [226, 172, 62],
    [74, 142, 112],
    [228, 230, 232],
    [96, 104, 118],
    [128, 94, 150],
];

pub(super) fn paint(dice: &mut Dice) -> Colour {
    dice.pick(PAINTS)
}

/// Wall above, floor below the height `y`, with joints that run towards the eye.
pub(super) fn room(canvas: &mut Canvas, wall: Colour, floor: Colour, y: f32) {
    canvas.shaded([0.0, 0.0, WIDTH, y], [lit(wall, 0.92), lit(wall, 1.12)]);
    canvas.shaded(
        [0.0, y, WIDTH, HEIGHT - y],
        [lit(floor, 0.86), lit(floor, 1.1)],
    );
    let joint = lit(floor, 0.8);
    for line in -8..=8 {
        let (far, near) = (150.0 + line as f32 * 22.0, 150.0 + line as f32 * 62.0);
        let corners = [
            (far, y),
            (far + 0.5, y),
            (near + 1.4, HEIGHT),
            (near, HEIGHT),
        ];
        canvas.polygon(&corners, [joint; 2]);
    }
    let mut at = y + 4.0;
    while at < HEIGHT {
        canvas.rect([0.0, at, WIDTH, 0.5], joint);
        at += (at - y) * 0.75 + 2.0;
    }
    // Skirting board.
    canvas.rect([0.0, y - 3.0, WIDTH, 3.0], lit(wall, 0.7));
}

/// A soft shadow under a thing that stands at (x, y), `w` wide.
pub(super) fn shadow(canvas: &mut Canvas, x: f32, y: f32, w: f32, floor: Colour) {
    for step in 0..3 {
        let inset = step as f32 * 2.0;
        let place = [
            x + inset,
            y - 3.0 + inset / 2.0,
            w - 2.0 * inset,
            7.0 - inset,
        ];
        let dark = lit(floor, 0.82 - 0.12 * step as f32);
        canvas.rounded(place, (7.0 - inset) / 2.0, [dark; 2]);
    }
}

/// A car from the side, standing on the height `y`, `w` wide.
pub(super) fn car(canvas: &mut Canvas, x: f32, y: f32, w: f32, colour: Colour) {
    let u = w / 100.0;
    let at = |dx: f32, dy: f32| (x + dx * u, y - dy * u);
    // Cabin and its glass.
    let cabin = [
        at(20.0, 22.0),
        at(32.0, 37.0),
        at(66.0, 37.0),
        at(82.0, 22.0),
    ];
    canvas.polygon(&cabin, [lit(colour, 1.2), colour]);
    let glass = [[168, 196, 214], [92, 118, 138]];
    let front = [
        at(25.0, 22.5),
        at(34.0, 34.5),
        at(48.0, 34.5),
        at(48.0, 22.5),
    ];
    canvas.polygon(&front, glass);
    let rear = [
        at(51.0, 22.5),
        at(51.0, 34.5),
        at(64.5, 34.5),
        at(76.0, 22.5),
    ];
    canvas.polygon(&rear, glass);
    // Body: light above, dark sill.
    let (left, top) = at(0.0, 24.0);
    canvas.rounded(
        [left, top, w, 18.0 * u],
        6.0 * u,
        [lit(colour, 1.15), lit(colour, 0.75)],
    );
    let (left, top) = at(3.0, 9.5);
    canvas.rect([left, top, 94.0 * u, 2.6 * u], lit(colour, 0.5));
    for door in [49.0, 75.0] {
        let (left, top) = at(door, 22.0);
        canvas.rect([left, top, 0.6 * u, 12.0 * u], lit(colour, 0.7));
    }
    let (left, top) = at(2.0, 20.0);
    canvas.rounded([left, top, 5.0 * u, 3.5 * u], 1.2 * u, [[250, 240, 200]; 2]);
    let (left, top) = at(93.0, 20.0);
    canvas.rounded([left, top, 5.0 * u, 3.5 * u], 1.2 * u, [RED; 2]);
    for wheel in [20.0, 79.0] {
        let (cx, cy) = at(wheel, 7.5);
        canvas.disc([cx, cy, 9.4 * u], [lit(colour, 0.4); 2]);
        canvas.disc([cx, cy, 7.6 * u], [[40, 42, 46], [24, 25, 28]]);
        canvas.disc([cx, cy, 4.4 * u], [[208, 212, 216], [140, 146, 152]]);
        canvas.disc([cx, cy, 1.4 * u], [[70, 74, 80]; 2]);
    }
}

/// Lines as of writing; nobody can read them, everybody sees that something is written.
pub(super) fn writing(
    canvas: &mut Canvas,
    [x, y, w, h]: [f32; 4],
    line: f32,
    colour: Colour,
    dice: &mut Dice,
) {
    let mut top = y;
    while top + line * 0.5 <= y + h {
        let mut left = x;
        // The last line of a paragraph is short.
        let end = x + w * dice.pick([1.0, 1.0, 1.0, 0.6]);
        while left < end {
            let word = (line * dice.between(1.0, 3.5)).min(end - left);
            canvas.rect([left, top, word, line * 0.45], colour);
            left += word + line * 0.4;
        }
        top += line;
    }
}

/// A sign with bold strokes instead of characters.
pub(super) fn sign(canvas: &mut Canvas, place: [f32; 4], colour: Colour, characters: u32) {
    let [x, y, w, h] = place;
    canvas.rounded(place, h * 0.08, [lit(colour, 1.15), lit(colour, 0.9)]);
    let size = (h * 0.56).min(w / (characters as f32 * 1.4));
    let pitch = size * 1.3;
    let first = x + (w - pitch * characters as f32 + size * 0.3) / 2.0;
    for character in 0..characters {
        let (left, top) = (first + pitch * character as f32, y + (h - size) / 2.0);
        let stroke = size * 0.13;
        // Strokes taken in turn give the look of characters without being any.
        for (row, width) in [(0.05, 0.9), (0.4, 0.7), (0.82, 1.0)] {
            let shift = if (character + 1) % 3 == 0 { 0.1 } else { 0.0 };
            let width = size * (width - shift);
            let place = [left + (size - width) / 2.0, top + size * row, width, stroke];
            canvas.rect(place, WHITE);
        }
        let upright = [0.45, 0.2, 0.7][character as usize % 3];
        canvas.rect([left + size * upright, top, stroke, size], WHITE);
    }
}

/// A strip lamp with its glow on the wall behind it.
pub(super) fn lamp(canvas: &mut Canvas, x: f32, y: f32, w: f32, wall: Colour) {
    for glow in (1..=5).rev() {
        let wide = glow as f32 * 2.0;
        let place = [x - wide, y - wide, w + 2.0 * wide, 3.0 + 2.0 * wide];
        let colour = mix(wall, WHITE, 0.65 - 0.1 * glow as f32);
        canvas.rounded(place, 1.5 + wide, [colour; 2]);
    }
    canvas.rounded([x, y, w, 3.0], 1.5, [[255, 255, 250]; 2]);
}
