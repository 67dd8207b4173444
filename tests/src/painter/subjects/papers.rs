//! The counter, the wall and the desk: what customers read.

use super::parts::{INK, RED, STEEL, WHITE, paint, room, shadow, sign, writing};
use crate::painter::canvas::{Canvas, Colour, Dice, lit};

const TILES: Colour = [206, 204, 198];
const WOOD: Colour = [172, 128, 88];

pub(super) fn reception(canvas: &mut Canvas, dice: &mut Dice) {
    let wall = dice.pick([[224, 228, 226], [232, 224, 210], [214, 222, 232]]);
    room(canvas, wall, TILES, 138.0);
    let colour = dice.pick([[58, 112, 172], [74, 142, 112], [150, 74, 66]]);
    sign(canvas, [92.0, 26.0, 130.0, 22.0], colour, 5);
    for frame in 0..3 {
        let x = 112.0 + 32.0 * frame as f32;
        canvas.rect([x, 58.0, 24.0, 18.0], lit(WOOD, 0.7));
        canvas.rect([x + 1.5, 59.5, 21.0, 15.0], WHITE);
        writing(canvas, [x + 4.0, 62.0, 16.0, 10.0], 2.6, STEEL, dice);
    }
    // Plant.
    canvas.polygon(
        &[(27.0, 138.0), (47.0, 138.0), (44.0, 158.0), (30.0, 158.0)],
        [[214, 208, 200], [168, 160, 150]],
    );
    for (tip, top) in [
        (16.0, 96.0),
        (27.0, 84.0),
        (38.0, 78.0),
        (49.0, 86.0),
        (60.0, 98.0),
    ] {
        canvas.polygon(
            &[
                (tip, top),
                (36.0 + (tip - 37.0) * 0.3, 112.0),
                (39.0, 140.0),
                (35.0, 140.0),
            ],
            [[112, 164, 98], [54, 104, 66]],
        );
    }
    // Counter with its screen.
    shadow(canvas, 84.0, 172.0, 170.0, TILES);
    canvas.shaded(
        [88.0, 116.0, 160.0, 56.0],
        [lit(WOOD, 1.15), lit(WOOD, 0.85)],
    );
    canvas.shaded([82.0, 110.0, 172.0, 7.0], [WHITE, [206, 206, 200]]);
    for panel in 1..4 {
        canvas.rect(
            [88.0 + 40.0 * panel as f32, 119.0, 0.8, 53.0],
            lit(WOOD, 0.7),
        );
    }
    canvas.rect([196.0, 102.0, 4.0, 8.0], INK);
    canvas.rounded([180.0, 80.0, 36.0, 24.0], 1.5, [INK; 2]);
    canvas.shaded([181.5, 81.5, 33.0, 21.0], [[120, 168, 210], [72, 112, 160]]);
    canvas.rounded([120.0, 106.5, 26.0, 3.5], 1.0, [WHITE, STEEL]);
    // A chair for whoever waits.
    let seat = paint(dice);
    canvas.rounded([262.0, 128.0, 26.0, 28.0], 4.0, [lit(seat, 1.2), seat]);
    canvas.rounded([258.0, 152.0, 32.0, 8.0], 3.0, [seat, lit(seat, 0.7)]);
    for leg in [262.0, 285.0] {
        canvas.rect([leg, 160.0, 2.0, 16.0], INK);
    }
}

pub(super) fn notice(canvas: &mut Canvas, dice: &mut Dice) {
    let wall = dice.pick([[226, 224, 216], [216, 224, 228], [230, 222, 214]]);
    room(canvas, wall, TILES, 182.0);
    let colour = dice.pick([[52, 104, 168], [176, 52, 46], [44, 120, 96]]);
    sign(canvas, [60.0, 14.0, 180.0, 20.0], colour, 8);
    for row in 0..2 {
        for column in 0..4 {
            let (x, y) = (22.0 + 66.0 * column as f32, 46.0 + 66.0 * row as f32);
            canvas.rect([x + 1.5, y + 1.5, 58.0, 58.0], lit(wall, 0.75));
            canvas.shaded([x, y, 58.0, 58.0], [lit(STEEL, 1.3), STEEL]);
            canvas.shaded([x + 2.0, y + 2.0, 54.0, 54.0], [WHITE, [236, 236, 230]]);
            canvas.rect([x + 14.0, y + 6.0, 30.0, 3.6], colour);
            writing(canvas, [x + 7.0, y + 15.0, 44.0, 32.0], 3.6, INK, dice);
            if (row + column) % 3 == 0 {
                canvas.rect([x + 7.0, y + 44.0, 44.0, 0.8], colour);
                canvas.number((x + 26.0, y + 47.0), 0.8, dice.roll() % 1000, colour);
            }
        }
    }
}

pub(super) fn document(canvas: &mut Canvas, dice: &mut Dice) {
    // The desk from above, with its grain.
    canvas.shaded([0.0, 0.0, 300.0, 200.0], [lit(WOOD, 1.1), lit(WOOD, 0.85)]);
    for _ in 0..60 {
        let (x, y) = (dice.between(-60.0, 260.0), dice.between(0.0, 198.0));
        let grain = lit(WOOD, dice.between(0.8, 1.1));
        canvas.rect([x, y, dice.between(40.0, 160.0), 0.6], grain);
    }
    canvas.polygon(
        &[(69.0, 11.0), (236.0, 16.0), (234.0, 194.0), (65.0, 190.0)],
        [lit(WOOD, 0.6); 2],
    );
    canvas.polygon(
        &[(66.0, 8.0), (233.0, 13.0), (231.0, 191.0), (62.0, 187.0)],
        [[252, 251, 246], [238, 236, 228]],
    );
    canvas.rect([106.0, 24.0, 84.0, 7.0], INK);
    canvas.rect([84.0, 38.0, 128.0, 0.8], RED);
    writing(canvas, [84.0, 46.0, 128.0, 44.0], 5.5, [92, 96, 104], dice);
    // A table of items.
    for line in 0..6 {
        let y = 96.0 + 9.0 * line as f32;
        canvas.rect([84.0, y, 128.0, 0.6], STEEL);
        if line < 5 {
            writing(canvas, [88.0, y + 3.0, 60.0, 3.0], 5.0, [92, 96, 104], dice);
            canvas.number((170.0, y + 1.8), 0.75, dice.roll() % 1000, INK);
        }
    }
    // The seal: a ring with a star, in transparent red.
    let (x, y) = (
        178.0 + dice.between(-8.0, 8.0),
        158.0 + dice.between(-4.0, 4.0),
    );
    let red = [222, 96, 88];
    canvas.disc([x, y, 19.0], [red; 2]);
    canvas.disc([x, y, 17.4], [[247, 240, 233]; 2]);
    for point in 0..5 {
        let turn = |steps: f32, radius: f32| {
            let angle = (point as f32 + steps) * std::f32::consts::TAU / 5.0;
            (x + radius * angle.sin(), y - radius * angle.cos())
        };
        let corners = [turn(0.0, 8.0), turn(0.5, 3.1), (x, y), turn(-0.5, 3.1)];
        canvas.polygon(&corners, [red; 2]);
    }
    writing(canvas, [84.0, 158.0, 52.0, 18.0], 6.0, [92, 96, 104], dice);
    // A pen.
    let pen = paint(dice);
    canvas.polygon(
        &[(252.0, 60.0), (257.0, 61.0), (250.0, 146.0), (245.0, 145.0)],
        [lit(pen, 1.2), lit(pen, 0.8)],
    );
    canvas.polygon(&[(245.0, 145.0), (250.0, 146.0), (246.5, 154.0)], [INK; 2]);
}
