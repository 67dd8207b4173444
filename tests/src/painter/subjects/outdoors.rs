//! The shop from outside.

use super::parts::{INK, STEEL, WHITE, car, paint, shadow, sign};
use crate::painter::canvas::{Canvas, Colour, Dice, HEIGHT, WIDTH, lit};

const ASPHALT: Colour = [112, 116, 122];

fn sky(canvas: &mut Canvas, dice: &mut Dice) {
    let (above, below) = dice.pick([
        ([112, 166, 214], [218, 232, 240]),
        ([150, 176, 200], [236, 232, 220]),
        ([134, 150, 168], [206, 212, 216]),
    ]);
    canvas.shaded([0.0, 0.0, WIDTH, 150.0], [above, below]);
    for _ in 0..3 {
        let (x, y) = (dice.between(10.0, 260.0), dice.between(12.0, 40.0));
        for (dx, dy, radius) in [(0.0, 2.0, 6.0), (9.0, 0.0, 8.0), (20.0, 2.0, 6.0)] {
            canvas.disc([x + dx, y + dy, radius], [lit(below, 1.6), lit(below, 1.1)]);
        }
    }
}

fn ground(canvas: &mut Canvas, y: f32) {
    canvas.shaded(
        [0.0, y, WIDTH, HEIGHT - y],
        [lit(ASPHALT, 0.9), lit(ASPHALT, 1.15)],
    );
    canvas.rect([0.0, y, WIDTH, 2.5], [186, 186, 180]);
}

fn tree(canvas: &mut Canvas, x: f32, y: f32, size: f32) {
    let trunk = [x - size * 0.06, y - size * 0.5, size * 0.12, size * 0.5];
    canvas.shaded(trunk, [[104, 80, 60], [84, 62, 46]]);
    for (dx, dy, radius) in [(-0.2, 0.55, 0.22), (0.2, 0.58, 0.24), (0.0, 0.78, 0.28)] {
        canvas.disc(
            [x + dx * size, y - dy * size, radius * size],
            [[122, 168, 98], [62, 112, 70]],
        );
    }
}

/// A roller door with slats; open ones show the dark hall.
fn roller_door(canvas: &mut Canvas, [x, y, w, h]: [f32; 4], open: f32) {
    canvas.rect([x - 1.5, y - 1.5, w + 3.0, h + 1.5], lit(STEEL, 0.6));
    canvas.shaded([x, y, w, h], [[38, 42, 48], [74, 76, 78]]);
    let shut = h * (1.0 - open);
    canvas.shaded([x, y, w, shut], [lit(STEEL, 1.3), lit(STEEL, 1.05)]);
    let mut slat = y + 3.0;
    while slat < y + shut {
        canvas.rect([x, slat, w, 0.7], lit(STEEL, 0.8));
        slat += 3.5;
    }
}

pub(super) fn front(canvas: &mut Canvas, dice: &mut Dice) {
    sky(canvas, dice);
    for x in [14.0, 280.0] {
        tree(canvas, x + dice.between(-6.0, 6.0), 150.0, 62.0);
    }
    ground(canvas, 148.0);
    let wall: Colour = dice.pick([[226, 218, 204], [214, 220, 224], [232, 226, 214]]);
    canvas.shaded([34.0, 46.0, 232.0, 103.0], [wall, lit(wall, 0.88)]);
    canvas.rect([30.0, 42.0, 240.0, 5.0], lit(wall, 0.66));
    let board = paint(dice);
    let dark_enough = if board[1] > 200 {
        [58, 112, 172]
    } else {
        board
    };
    sign(canvas, [48.0, 52.0, 204.0, 24.0], dark_enough, 7);
    let open = dice.between(0.2, 0.95);
    roller_door(canvas, [46.0, 86.0, 70.0, 63.0], open);
    roller_door(canvas, [128.0, 86.0, 70.0, 63.0], dice.pick([0.0, 0.5]));
    // Office: glass door and window.
    canvas.rect([211.0, 89.0, 44.0, 60.0], INK);
    let glass = [[176, 206, 220], [110, 142, 160]];
    canvas.shaded([213.0, 91.0, 18.0, 57.0], glass);
    canvas.shaded([233.0, 91.0, 20.0, 34.0], glass);
    canvas.rect([228.0, 118.0, 1.2, 8.0], WHITE);
    canvas.polygon(
        &[(235.0, 91.0), (241.0, 91.0), (234.0, 112.0), (233.0, 112.0)],
        [[206, 226, 234]; 2],
    );
    let x = dice.between(24.0, 120.0);
    shadow(canvas, x + 2.0, 183.0, 96.0, ASPHALT);
    car(canvas, x, 184.0, 100.0, paint(dice));
}

pub(super) fn parking(canvas: &mut Canvas, dice: &mut Dice) {
    sky(canvas, dice);
    for place in 0..9 {
        let size = dice.between(36.0, 54.0);
        tree(canvas, 12.0 + 35.0 * place as f32, 92.0, size);
    }
    canvas.shaded([0.0, 84.0, WIDTH, 14.0], [[206, 200, 190], [180, 174, 164]]);
    ground(canvas, 98.0);
    // Marked spaces, opening towards the eye.
    for line in -3..=3 {
        let (far, near) = (150.0 + 56.0 * line as f32, 150.0 + 104.0 * line as f32);
        let corners = [
            (far, 106.0),
            (far + 2.0, 106.0),
            (near + 4.5, HEIGHT),
            (near, HEIGHT),
        ];
        canvas.polygon(&corners, [[226, 226, 220], WHITE]);
    }
    canvas.rect([0.0, 105.0, WIDTH, 2.0], [224, 224, 218]);
    let free = dice.roll() % 3;
    for space in 0..3 {
        let x = 12.0 + 94.0 * space as f32 + dice.between(-3.0, 3.0);
        let colour = paint(dice);
        if space as u64 != free {
            shadow(canvas, x + 2.0, 149.0, 82.0, ASPHALT);
            car(canvas, x, 150.0, 86.0, colour);
        }
    }
    // The blue sign that says what this is.
    canvas.rect([247.0, 44.0, 2.4, 60.0], STEEL);
    canvas.rounded([236.0, 28.0, 24.0, 24.0], 2.5, [[50, 108, 190]; 2]);
    canvas.rect([243.0, 33.0, 3.0, 14.0], WHITE);
    canvas.disc([248.0, 37.2, 4.4], [WHITE; 2]);
    canvas.disc([248.0, 37.2, 1.8], [[50, 108, 190]; 2]);
}
