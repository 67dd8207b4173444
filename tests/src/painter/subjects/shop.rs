//! The hall and what is in it.

use super::parts::{INK, RED, STEEL, WHITE, car, lamp, paint, room, shadow, sign, writing};
use crate::painter::canvas::{Canvas, Colour, Dice, lit, mix};

const CONCRETE: Colour = [168, 168, 164];
const YELLOW: Colour = [236, 190, 52];

/// Wall colours of halls: pale above, and what the picture's wall is called further down.
fn hall(canvas: &mut Canvas, dice: &mut Dice, y: f32) -> Colour {
    let wall = dice.pick([[214, 220, 222], [220, 216, 204], [206, 216, 210]]);
    room(canvas, wall, CONCRETE, y);
    let band = dice.pick([[92, 132, 158], [104, 140, 116], [150, 156, 164]]);
    canvas.shaded([0.0, y - 38.0, 300.0, 35.0], [band, lit(band, 0.85)]);
    canvas.rect([0.0, y - 39.5, 300.0, 1.5], WHITE);
    wall
}

/// A tool cabinet of drawers.
fn cabinet(canvas: &mut Canvas, x: f32, y: f32, colour: Colour) {
    shadow(canvas, x - 2.0, y, 44.0, CONCRETE);
    canvas.shaded(
        [x, y - 52.0, 40.0, 52.0],
        [lit(colour, 1.1), lit(colour, 0.75)],
    );
    canvas.rect([x - 1.0, y - 54.0, 42.0, 3.0], INK);
    for drawer in 0..5 {
        let top = y - 48.0 + 9.4 * drawer as f32;
        canvas.rect([x + 2.0, top, 36.0, 0.8], lit(colour, 0.6));
        canvas.rounded([x + 12.0, top + 2.6, 16.0, 2.0], 1.0, [WHITE, STEEL]);
    }
}

/// Tools hanging on a board.
fn tool_wall(canvas: &mut Canvas, [x, y, w, h]: [f32; 4], dice: &mut Dice) {
    canvas.shaded([x, y, w, h], [[94, 108, 124], [76, 90, 104]]);
    let mut left = x + 5.0;
    while left < x + w - 6.0 {
        let length = dice.between(h * 0.35, h * 0.75);
        let handle = paint(dice);
        canvas.rect([left + 1.0, y + 4.0, 1.6, length], [206, 210, 214]);
        canvas.disc([left + 1.8, y + 5.0, 2.6], [[222, 226, 230]; 2]);
        canvas.rounded(
            [left, y + 4.0 + length * 0.6, 3.6, length * 0.4],
            1.4,
            [handle; 2],
        );
        left += dice.between(7.0, 10.0);
    }
}

pub(super) fn inside(canvas: &mut Canvas, dice: &mut Dice) {
    let wall = hall(canvas, dice, 116.0);
    for x in [30.0, 125.0, 220.0] {
        lamp(canvas, x, 16.0, 50.0, wall);
    }
    // High windows.
    for window in 0..4 {
        let x = 22.0 + 68.0 * window as f32;
        canvas.rect([x, 34.0, 52.0, 32.0], STEEL);
        canvas.shaded(
            [x + 2.0, 36.0, 23.0, 28.0],
            [[206, 226, 238], [168, 198, 216]],
        );
        canvas.shaded(
            [x + 27.0, 36.0, 23.0, 28.0],
            [[206, 226, 238], [168, 198, 216]],
        );
    }
    // Yellow lines around the bays.
    for bay in -2..=2 {
        let (far, near) = (150.0 + 62.0 * bay as f32, 150.0 + 118.0 * bay as f32);
        let corners = [
            (far, 122.0),
            (far + 2.0, 122.0),
            (near + 5.0, 200.0),
            (near, 200.0),
        ];
        canvas.polygon(&corners, [lit(YELLOW, 0.85), YELLOW]);
    }
    let x = dice.between(18.0, 34.0);
    shadow(canvas, x + 2.0, 141.0, 80.0, CONCRETE);
    car(canvas, x, 142.0, 84.0, paint(dice));
    let x = dice.between(158.0, 176.0);
    shadow(canvas, x + 2.0, 167.0, 106.0, CONCRETE);
    car(canvas, x, 168.0, 110.0, paint(dice));
    cabinet(canvas, 116.0, 134.0, RED);
}

pub(super) fn workshop(canvas: &mut Canvas, dice: &mut Dice) {
    let wall = hall(canvas, dice, 128.0);
    lamp(canvas, 90.0, 12.0, 120.0, wall);
    tool_wall(canvas, [16.0, 36.0, 150.0, 42.0], dice);
    // Bench with a vice.
    shadow(canvas, 12.0, 152.0, 160.0, CONCRETE);
    for leg in [18.0, 158.0] {
        canvas.shaded([leg, 106.0, 7.0, 46.0], [[86, 94, 104], [60, 66, 74]]);
    }
    canvas.shaded([12.0, 100.0, 160.0, 8.0], [[190, 146, 102], [146, 106, 70]]);
    canvas.rect([25.0, 132.0, 133.0, 4.0], [86, 94, 104]);
    canvas.rounded(
        [40.0, 88.0, 22.0, 12.0],
        2.0,
        [[70, 110, 150], [46, 80, 114]],
    );
    canvas.rect([58.0, 84.0, 5.0, 12.0], STEEL);
    canvas.rect([64.0, 91.0, 14.0, 2.4], [206, 210, 214]);
    for tin in 0..4 {
        let colour = paint(dice);
        let x = 96.0 + 16.0 * tin as f32;
        canvas.shaded([x, 84.0, 11.0, 16.0], [lit(colour, 1.2), lit(colour, 0.8)]);
        canvas.rect([x, 84.0, 11.0, 2.0], STEEL);
        canvas.rect([x + 1.5, 90.0, 8.0, 4.0], WHITE);
    }
    // A stack of tyres, a cabinet.
    for tyre in 0..4 {
        let y = 158.0 - 13.0 * tyre as f32;
        canvas.rounded([244.0, y, 44.0, 12.5], 6.0, [[62, 64, 68], [30, 31, 34]]);
        canvas.rect([250.0, y + 5.5, 32.0, 0.8], [86, 88, 92]);
    }
    cabinet(canvas, 190.0, 158.0, dice.pick([RED, [58, 112, 172]]));
}

pub(super) fn lift(canvas: &mut Canvas, dice: &mut Dice) {
    let wall = hall(canvas, dice, 140.0);
    lamp(canvas, 40.0, 10.0, 60.0, wall);
    lamp(canvas, 200.0, 10.0, 60.0, wall);
    let colour = dice.pick([[196, 52, 46], [46, 98, 168], YELLOW]);
    let raised = dice.between(44.0, 74.0);
    let floor = 168.0;
    shadow(canvas, 86.0, 176.0, 130.0, CONCRETE);
    for (post, arm) in [(58.0, 1.0), (228.0, -1.0)] {
        canvas.polygon(
            &[
                (post - 9.0, floor),
                (post + 23.0, floor),
                (post + 19.0, floor + 6.0),
                (post - 5.0, floor + 6.0),
            ],
            [lit(colour, 0.7); 2],
        );
        canvas.shaded(
            [post, 22.0, 14.0, floor - 22.0],
            [lit(colour, 1.15), lit(colour, 0.8)],
        );
        canvas.rect([post + 5.5, 26.0, 3.0, floor - 30.0], lit(colour, 0.5));
        // Carriage and arm at the height of the sill.
        let y = floor - raised;
        canvas.rect([post - 2.0, y - 16.0, 18.0, 24.0], INK);
        let tip = post + 7.0 + 50.0 * arm;
        let (left, right) = (tip.min(post + 7.0), tip.max(post + 7.0));
        canvas.shaded(
            [left, y + 1.0, right - left, 5.0],
            [[96, 102, 110], [54, 58, 64]],
        );
        canvas.rect([tip - 4.0, y - 5.0, 8.0, 6.5], [30, 32, 36]);
    }
    canvas.shaded(
        [58.0, 16.0, 184.0, 8.0],
        [lit(colour, 1.1), lit(colour, 0.8)],
    );
    car(canvas, 86.0, floor - raised + 5.0, 128.0, paint(dice));
    // Control box and plate.
    canvas.rounded(
        [42.0, 96.0, 13.0, 24.0],
        1.5,
        [[222, 224, 226], [186, 190, 194]],
    );
    canvas.disc([48.5, 103.0, 3.0], [[72, 168, 92]; 2]);
    canvas.disc([48.5, 112.0, 3.0], [RED; 2]);
    canvas.rect([230.0, 60.0, 10.0, 14.0], WHITE);
    writing(canvas, [231.0, 62.0, 8.0, 10.0], 1.8, INK, dice);
}

pub(super) fn instrument(canvas: &mut Canvas, dice: &mut Dice) {
    let wall = dice.pick([[196, 206, 212], [210, 206, 196], [188, 200, 198]]);
    canvas.shaded([0.0, 0.0, 300.0, 132.0], [lit(wall, 0.85), lit(wall, 1.1)]);
    canvas.shaded([0.0, 132.0, 300.0, 68.0], [[176, 134, 96], [138, 100, 68]]);
    canvas.rect([0.0, 132.0, 300.0, 1.6], [206, 166, 124]);
    canvas.rounded([58.0, 160.0, 190.0, 10.0], 5.0, [[104, 74, 50]; 2]);
    // The case.
    let case: Colour = dice.pick([[232, 196, 60], [70, 116, 168], [86, 94, 104]]);
    canvas.rounded(
        [62.0, 34.0, 176.0, 130.0],
        10.0,
        [lit(case, 1.15), lit(case, 0.75)],
    );
    canvas.rounded(
        [70.0, 42.0, 160.0, 114.0],
        6.0,
        [[70, 76, 84], [48, 52, 60]],
    );
    // The display with its reading.
    canvas.rounded([82.0, 52.0, 92.0, 46.0], 3.0, [[30, 34, 38]; 2]);
    canvas.shaded([86.0, 56.0, 84.0, 38.0], [[196, 222, 186], [164, 198, 158]]);
    canvas.number((92.0, 60.0), 4.0, dice.roll() % 1000, [34, 46, 36]);
    // A dial.
    canvas.disc([204.0, 76.0, 20.0], [[222, 226, 228], [170, 176, 182]]);
    canvas.disc([204.0, 76.0, 17.5], [WHITE; 2]);
    for mark in -4..=4 {
        let angle = mark as f32 * 0.5;
        let (x, y) = (204.0 + 14.0 * angle.sin(), 76.0 - 14.0 * angle.cos());
        canvas.disc([x, y, 1.1], [if mark > 2 { RED } else { INK }; 2]);
    }
    let angle = dice.between(-1.6, 1.4);
    let (dx, dy) = (angle.sin(), -angle.cos());
    canvas.polygon(
        &[
            (204.0 + 12.0 * dx, 76.0 + 12.0 * dy),
            (204.0 - 1.6 * dy, 76.0 + 1.6 * dx),
            (204.0 + 1.6 * dy, 76.0 - 1.6 * dx),
        ],
        [RED; 2],
    );
    canvas.disc([204.0, 76.0, 2.4], [INK; 2]);
    // Keys and sockets, the label of the last calibration.
    for key in 0..5 {
        let x = 84.0 + 17.0 * key as f32;
        canvas.rounded(
            [x, 106.0, 13.0, 8.0],
            2.0,
            [[176, 182, 188], [120, 126, 132]],
        );
    }
    for (socket, colour) in [(96.0, RED), (122.0, INK), (148.0, [70, 150, 90])] {
        canvas.disc([socket, 136.0, 8.0], [STEEL, lit(STEEL, 0.6)]);
        canvas.disc([socket, 136.0, 5.0], [colour; 2]);
    }
    canvas.rounded([182.0, 112.0, 40.0, 34.0], 1.5, [WHITE, [228, 232, 226]]);
    canvas.rect([182.0, 112.0, 40.0, 7.0], [72, 152, 92]);
    writing(canvas, [186.0, 123.0, 32.0, 20.0], 3.6, INK, dice);
}

pub(super) fn fire_equipment(canvas: &mut Canvas, dice: &mut Dice) {
    let wall = hall(canvas, dice, 152.0);
    sign(canvas, [86.0, 24.0, 128.0, 22.0], RED, 4);
    // The box they stand in.
    shadow(canvas, 70.0, 166.0, 160.0, CONCRETE);
    let count = dice.pick([2, 3]);
    let pitch = 150.0 / count as f32;
    for bottle in 0..count {
        extinguisher(canvas, 75.0 + pitch * (bottle as f32 + 0.5), 158.0, dice);
    }
    canvas.shaded([72.0, 138.0, 156.0, 28.0], [lit(RED, 1.1), lit(RED, 0.75)]);
    for stripe in 0..8 {
        let x = 76.0 + 19.0 * stripe as f32;
        canvas.polygon(
            &[
                (x + 8.0, 144.0),
                (x + 15.0, 144.0),
                (x + 8.0, 160.0),
                (x + 1.0, 160.0),
            ],
            [WHITE, lit(WHITE, 0.9)],
        );
    }
    // The card on which each check is noted, and a lit exit sign.
    canvas.rect([246.0, 66.0, 30.0, 42.0], lit(wall, 0.75));
    canvas.rect([244.0, 64.0, 30.0, 42.0], WHITE);
    canvas.rect([248.0, 68.0, 22.0, 4.0], RED);
    writing(canvas, [248.0, 76.0, 22.0, 26.0], 3.6, STEEL, dice);
    canvas.rounded(
        [22.0, 58.0, 44.0, 18.0],
        2.0,
        [[60, 176, 104], [42, 140, 82]],
    );
    canvas.polygon(&[(46.0, 61.5), (60.0, 67.0), (46.0, 72.5)], [WHITE; 2]);
    canvas.rect([30.0, 65.0, 17.0, 4.0], WHITE);
}

/// One bottle standing on the height `y`, its middle at `x`.
fn extinguisher(canvas: &mut Canvas, x: f32, y: f32, dice: &mut Dice) {
    canvas.rounded(
        [x - 15.0, y - 88.0, 30.0, 88.0],
        12.0,
        [lit(RED, 1.08), lit(RED, 0.75)],
    );
    canvas.rounded(
        [x - 11.0, y - 80.0, 4.0, 72.0],
        2.0,
        [mix(RED, WHITE, 0.45), RED],
    );
    canvas.rect([x - 5.0, y - 96.0, 10.0, 9.0], STEEL);
    canvas.polygon(
        &[
            (x - 6.0, y - 100.0),
            (x + 18.0, y - 106.0),
            (x + 18.0, y - 103.0),
            (x - 6.0, y - 95.0),
        ],
        [INK; 2],
    );
    // Gauge, hose, label.
    canvas.disc([x, y - 91.0, 4.2], [WHITE; 2]);
    canvas.disc(
        [x, y - 91.0, 2.6],
        [dice.pick([[72, 168, 92], [72, 168, 92], YELLOW]); 2],
    );
    for step in 0..24 {
        let turn = step as f32 / 23.0;
        let bend = (turn * std::f32::consts::PI).sin() * 9.0;
        canvas.disc([x - 8.0 - bend, y - 94.0 + 52.0 * turn, 1.7], [INK; 2]);
    }
    canvas.rect([x - 8.0, y - 66.0, 19.0, 34.0], WHITE);
    canvas.rect([x - 8.0, y - 66.0, 19.0, 7.0], YELLOW);
    writing(canvas, [x - 6.0, y - 56.0, 15.0, 22.0], 3.0, INK, dice);
}

pub(super) fn waste(canvas: &mut Canvas, dice: &mut Dice) {
    let wall = hall(canvas, dice, 122.0);
    lamp(canvas, 110.0, 10.0, 80.0, wall);
    // Warning triangle above a board of duties.
    canvas.polygon(&[(64.0, 24.0), (88.0, 66.0), (40.0, 66.0)], [INK; 2]);
    canvas.polygon(&[(64.0, 29.0), (83.6, 63.5), (44.4, 63.5)], [YELLOW; 2]);
    canvas.rect([62.4, 40.0, 3.2, 13.0], INK);
    canvas.disc([64.0, 58.0, 2.0], [INK; 2]);
    canvas.rect([112.0, 26.0, 130.0, 44.0], WHITE);
    canvas.rect([112.0, 26.0, 130.0, 9.0], [60, 120, 84]);
    writing(canvas, [118.0, 41.0, 118.0, 24.0], 5.0, STEEL, dice);
    // The tray that keeps what leaks.
    canvas.polygon(
        &[(26.0, 150.0), (274.0, 150.0), (286.0, 178.0), (14.0, 178.0)],
        [[60, 64, 70], [44, 46, 52]],
    );
    let kinds: [Colour; 3] = [[48, 96, 152], [66, 112, 80], [70, 74, 82]];
    for barrel in 0..4 {
        let x = 38.0 + 58.0 * barrel as f32;
        let colour = dice.pick(kinds);
        let body = [lit(colour, 1.15), lit(colour, 0.7)];
        canvas.rounded([x, 88.0, 48.0, 80.0], 4.0, body);
        canvas.rounded(
            [x + 4.0, 92.0, 5.0, 72.0],
            2.5,
            [mix(colour, WHITE, 0.4), colour],
        );
        for rib in [112.0, 140.0] {
            canvas.rounded(
                [x - 1.0, rib, 50.0, 3.5],
                1.7,
                [lit(colour, 1.3), lit(colour, 0.6)],
            );
        }
        canvas.rounded([x - 1.0, 86.0, 50.0, 5.0], 2.5, [STEEL, lit(STEEL, 0.7)]);
        canvas.rect([x + 14.0, 117.0, 24.0, 19.0], WHITE);
        canvas.polygon(
            &[(x + 26.0, 119.0), (x + 32.0, 129.0), (x + 20.0, 129.0)],
            [YELLOW; 2],
        );
        writing(canvas, [x + 17.0, 131.0, 18.0, 4.0], 2.2, INK, dice);
    }
    canvas.polygon(
        &[(14.0, 172.0), (286.0, 172.0), (288.0, 186.0), (12.0, 186.0)],
        [YELLOW, lit(YELLOW, 0.8)],
    );
    for stripe in 0..14 {
        let x = 16.0 + 19.5 * stripe as f32;
        canvas.polygon(
            &[
                (x + 6.0, 172.0),
                (x + 14.0, 172.0),
                (x + 8.0, 186.0),
                (x, 186.0),
            ],
            [INK; 2],
        );
    }
}
