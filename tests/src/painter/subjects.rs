//! What each subject looks like. Back to front, large to small; the dice move things a little and
//! choose the colours, so that two shops do not look alike.

mod outdoors;
mod papers;
mod parts;
mod shop;

use super::Subject;
use super::canvas::{Canvas, Dice};

pub(super) fn draw(subject: Subject, canvas: &mut Canvas, dice: &mut Dice) {
    match subject {
        Subject::Front => outdoors::front(canvas, dice),
        Subject::Parking => outdoors::parking(canvas, dice),
        Subject::Inside => shop::inside(canvas, dice),
        Subject::Workshop => shop::workshop(canvas, dice),
        Subject::Lift => shop::lift(canvas, dice),
        Subject::Instrument => shop::instrument(canvas, dice),
        Subject::FireEquipment => shop::fire_equipment(canvas, dice),
        Subject::Waste => shop::waste(canvas, dice),
        Subject::Reception => papers::reception(canvas, dice),
        Subject::Notice => papers::notice(canvas, dice),
        Subject::Document => papers::document(canvas, dice),
    }
}
