//! Flat shapes with gradients on a canvas of 300 × 200 units, and the exposure that makes a
//! photograph of it: vignette, sensor noise, and the way the camera was held.

/// A colour: red, green, blue.
pub(super) type Colour = [u8; 3];

/// Width of the canvas in its own units.
pub(super) const WIDTH: f32 = 300.0;
/// Height of the canvas in its own units.
pub(super) const HEIGHT: f32 = 200.0;

/// Repeatable chance (SplitMix64): its numbers must not change with a library's version.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` up to, not including, `high`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.roll() % 10_000) as f32 / 10_000.0
    }

    /// One of the choices.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        choices[(self.roll() % N as u64) as usize]
    }
}

/// The colour moved towards black (below 1) or white (above 1).
pub(super) fn lit(colour: Colour, light: f32) -> Colour {
    let towards = if light > 1.0 { [255; 3] } else { [0; 3] };
    mix(colour, towards, (light - 1.0).abs())
}

/// The colour that lies `share` (0 to 1) of the way from `a` to `b`.
pub(super) fn mix(a: Colour, b: Colour, share: f32) -> Colour {
    let share = (share.clamp(0.0, 1.0) * 256.0) as i32;
    std::array::from_fn(|channel| {
        let (a, b) = (i32::from(a[channel]), i32::from(b[channel]));
        (a + (b - a) * share / 256) as u8
    })
}

pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    pub(super) fn new((width, height): (u32, u32)) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self {
            width,
            height,
            pixels: vec![0; 3 * width * height],
        }
    }

    fn column(&self, x: f32) -> usize {
        ((x * self.width as f32 / WIDTH).max(0.0) as usize).min(self.width)
    }

    fn row(&self, y: f32) -> usize {
        ((y * self.height as f32 / HEIGHT).max(0.0) as usize).min(self.height)
    }

    /// Fills one row of pixels between two positions in units.
    fn span(&mut self, row: usize, left: f32, right: f32, colour: Colour) {
        let (left, right) = (self.column(left), self.column(right));
        if left < right {
            let start = 3 * (row * self.width + left);
            let end = start + 3 * (right - left);
            for pixel in self.pixels[start..end].chunks_exact_mut(3) {
                pixel.copy_from_slice(&colour);
            }
        }
    }

    /// Fills, row by row from `top` to `bottom`, what `edges` gives for the row's height: left and
    /// right in units; the colour runs from the first to the second.
    fn fill(
        &mut self,
        (top, bottom): (f32, f32),
        colours: [Colour; 2],
        mut edges: impl FnMut(f32) -> Option<(f32, f32)>,
    ) {
        for row in self.row(top)..self.row(bottom) {
            let y = (row as f32 + 0.5) * HEIGHT / self.height as f32;
            let colour = mix(colours[0], colours[1], (y - top) / (bottom - top));
            if let Some((left, right)) = edges(y) {
                self.span(row, left, right, colour);
            }
        }
    }

    /// A rectangle at (x, y) of (width, height), shaded from top to bottom.
    pub(super) fn shaded(&mut self, [x, y, w, h]: [f32; 4], colours: [Colour; 2]) {
        self.fill((y, y + h), colours, |_| Some((x, x + w)));
    }

    /// A rectangle of one colour.
    pub(super) fn rect(&mut self, place: [f32; 4], colour: Colour) {
        self.shaded(place, [colour; 2]);
    }

    /// A disc, shaded from top to bottom.
    pub(super) fn disc(&mut self, [x, y, radius]: [f32; 3], colours: [Colour; 2]) {
        self.fill((y - radius, y + radius), colours, |row| {
            let half = (radius * radius - (row - y) * (row - y)).max(0.0).sqrt();
            Some((x - half, x + half))
        });
    }

    /// A convex polygon, shaded from top to bottom.
    pub(super) fn polygon(&mut self, corners: &[(f32, f32)], colours: [Colour; 2]) {
        let top = corners.iter().fold(HEIGHT, |top, (_, y)| top.min(*y));
        let bottom = corners
            .iter()
            .fold(0.0_f32, |bottom, (_, y)| bottom.max(*y));
        let next = corners.iter().cycle().skip(1);
        let sides: Vec<_> = corners.iter().zip(next).collect();
        self.fill((top, bottom), colours, |y| {
            let crossings = sides
                .iter()
                .filter(|((_, y0), (_, y1))| (y0.min(*y1)..y0.max(*y1)).contains(&y))
                .map(|((x0, y0), (x1, y1))| x0 + (x1 - x0) * (y - y0) / (y1 - y0));
            let (left, right) = crossings.fold((WIDTH, 0.0_f32), |(left, right), x| {
                (left.min(x), right.max(x))
            });
            (left < right).then_some((left, right))
        });
    }

    /// A rectangle with round corners, shaded from top to bottom.
    pub(super) fn rounded(&mut self, place: [f32; 4], radius: f32, colours: [Colour; 2]) {
        let [x, y, w, h] = place;
        self.fill((y, y + h), colours, |row| {
            let beyond = (y + radius - row).max(row - (y + h - radius)).max(0.0);
            let inset = radius - (radius * radius - beyond * beyond).max(0.0).sqrt();
            Some((x + inset, x + w - inset))
        });
    }

    /// Digits of a number, right-aligned in three places; `dot` is the side of a dot in units.
    pub(super) fn number(&mut self, (x, y): (f32, f32), dot: f32, number: u64, colour: Colour) {
        for place in 0..3 {
            let digit = number / [100, 10, 1][place] % 10;
            for (row, dots) in DIGITS[digit as usize].iter().enumerate() {
                for column in (0..5).filter(|column| dots >> (4 - column) & 1 == 1) {
                    let left = x + dot * (6 * place + column) as f32;
                    self.rect([left, y + dot * row as f32, dot, dot], colour);
                }
            }
        }
    }

    /// The little plate in the corner by which a person tells painted photographs apart.
    pub(super) fn plate(&mut self, number: u64) {
        self.rounded([266.0, 181.0, 28.0, 14.0], 2.0, [[250, 250, 245]; 2]);
        self.number((269.6, 183.5), 1.2, number, [60, 64, 72]);
    }

    /// Exposes the canvas as a camera held like this stores it: pixels, width and height.
    pub(super) fn expose(&self, orientation: u8, dice: &mut Dice) -> (Vec<u8>, (u32, u32)) {
        let (width, height) = (self.width as isize, self.height as isize);
        let (right, bottom) = (width - 1, (height - 1) * width);
        // Where the first stored pixel lies, and the way to the next column and the next row.
        let (first, column_step, row_step) = match orientation {
            2 => (right, -1, width),
            3 => (right + bottom, -1, -width),
            4 => (bottom, 1, -width),
            5 => (0, width, 1),
            6 => (right, width, -1),
            7 => (right + bottom, -width, -1),
            8 => (bottom, -width, 1),
            _ => (0, 1, width),
        };
        let (columns, rows) = match orientation {
            5..=8 => (self.height, self.width),
            _ => (self.width, self.height),
        };
        let noise = noise(dice);
        let falloff = |count: usize| -> Vec<i32> {
            let from_centre = |at: usize| (2 * at) as f32 / count as f32 - 1.0;
            (0..count)
                .map(|at| (28.0 * from_centre(at).powi(2)) as i32)
                .collect()
        };
        let (across, down) = (falloff(columns), falloff(rows));

        let mut stored = vec![0; self.pixels.len()];
        let stored_rows = stored.chunks_exact_mut(3 * columns);
        for (row, (line, down)) in stored_rows.zip(&down).enumerate() {
            let mut from = first + row_step * row as isize;
            let mut grain = dice.roll() as usize % noise.len();
            for (pixel, across) in line.chunks_exact_mut(3).zip(&across) {
                let source = &self.pixels[3 * from as usize..][..3];
                let light = 256 - across - down;
                for channel in 0..3 {
                    grain = if grain == 0 { noise.len() } else { grain } - 1;
                    let value = i32::from(source[channel]) * light / 256 + i32::from(noise[grain]);
                    pixel[channel] = value.clamp(0, 255) as u8;
                }
                from += column_step;
            }
        }
        (stored, (columns as u32, rows as u32))
    }
}

/// A strip of noise, each value the sum of small throws, so that most are small.
fn noise(dice: &mut Dice) -> Vec<i8> {
    (0..1 << 16)
        .map(|_| {
            let throws = dice.roll();
            let sum: u64 = (0..16).map(|throw| throws >> (4 * throw) & 3).sum();
            sum as i8 - 24
        })
        .collect()
}

/// Five columns, seven rows; the highest of five bits is the left column.
const DIGITS: [[u8; 7]; 10] = [
    [0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e],
    [0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e],
    [0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f],
    [0x0e, 0x11, 0x01, 0x06, 0x01, 0x11, 0x0e],
    [0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02],
    [0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e],
    [0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e],
    [0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
    [0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e],
    [0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c],
];
