//! Enrolling the tablet: by the code the administrator shows, pasted, typed or photographed.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Multipart, State};
use axum::response::Response;
use field_core::evidence::{Limits, take_in};
use field_core::tablet::Invitation;
use serde::Deserialize;

use super::page::{Done, Frame, act, filters, page, show as show_page};
use super::photos::add::upload;
use super::problem::Problem;
use super::state::App;

/// The form.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Fields {
    #[serde(default)]
    server: String,
    #[serde(default)]
    code: String,
}

#[derive(Template)]
#[template(path = "enrol/show.html")]
struct EnrolPage {
    f: Frame,
    fields: Fields,
    enrolled: bool,
    agency: String,
    server: String,
}

#[derive(Template)]
#[template(path = "enrol/fields.html")]
struct FieldsPiece {
    f: Frame,
    fields: Fields,
}

/// `GET enrol`
pub(super) async fn show(State(app): State<Arc<App>>) -> Response {
    show_page(app, |app| {
        let enrolment = app.core(|core| core.enrolment())?;
        let enrolled = enrolment.is_some();
        let (agency, server) = enrolment
            .map(|one| (one.agency, one.server))
            .unwrap_or_default();
        page(&EnrolPage {
            f: Frame::of(app)?,
            fields: Fields::default(),
            enrolled,
            agency,
            server,
        })
    })
    .await
}

/// `POST enrol`
pub(super) async fn enrol(State(app): State<Arc<App>>, Form(fields): Form<Fields>) -> Response {
    act(app, move |app| {
        let read = Invitation::read(&fields.code).or_else(|| Invitation::read(&fields.server));
        let (server, code) = match read {
            Some(one) => (one.server, one.code),
            None => (address(&fields.server), fields.code.trim().to_owned()),
        };
        if server.is_empty() || code.is_empty() {
            return Err(Problem::key("problem-enrol-empty"));
        }
        app.tablet.enrol(&server, &code)?;
        app.keeper.poke();
        Ok(Done::Go("officers/sign-in".to_owned()))
    })
    .await
}

/// What people type: without a scheme it is https.
fn address(typed: &str) -> String {
    let typed = typed.trim().trim_end_matches('/');
    if typed.is_empty() || typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    }
}

/// `POST enrol/read`: an address that was pasted as a whole, taken apart.
pub(super) async fn read(State(app): State<Arc<App>>, Form(fields): Form<Fields>) -> Response {
    act(app, move |app| {
        let read = Invitation::read(&fields.code).ok_or_else(|| Problem::key("problem-no-code"))?;
        fill(app, read)
    })
    .await
}

/// `POST enrol/picture`: a photograph of the QR code.
pub(super) async fn picture(State(app): State<Arc<App>>, form: Multipart) -> Response {
    let said = app.said();
    let upload = match upload(form).await {
        Ok(upload) => upload,
        Err(problem) => return problem.fragment(said),
    };
    act(app, move |app| {
        let text = read_qr(&upload.picture)?;
        let read = Invitation::read(&text).ok_or_else(|| Problem::key("problem-no-code"))?;
        fill(app, read)
    })
    .await
}

fn fill(app: &App, read: Invitation) -> Result<Done, Problem> {
    Done::piece(&FieldsPiece {
        f: Frame::of(app)?,
        fields: Fields {
            server: read.server,
            code: read.code,
        },
    })
}

/// The first QR code in a picture.
fn read_qr(picture: &[u8]) -> Result<String, Problem> {
    // The evidence room's limits hold for every picture that is opened.
    let upright =
        take_in(picture, &Limits::default()).map_err(field_core::tablet::TabletError::from)?;
    let luma = image::load_from_memory(&upright.rendition)
        .map_err(|error| Problem::broken(&error.to_string()))?
        .into_luma8();
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let raw = luma.as_raw();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        raw.get(y * width + x).copied().unwrap_or(255)
    });
    let found = prepared.detect_grids();
    found
        .iter()
        .find_map(|grid| grid.decode().ok())
        .map(|(_, text)| text)
        .ok_or_else(|| Problem::key("problem-no-qr"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photographed_code_is_read() {
        let invitation = "https://kanyan.example/enrol#ABCD-EFGH";
        let code = qrcode::QrCode::new(invitation).unwrap();
        let side = code.width();
        let at = |x: u32, y: u32| {
            let module = |at: u32| (at as usize / 10).checked_sub(4).filter(|n| *n < side);
            let dark = module(x)
                .zip(module(y))
                .is_some_and(|(x, y)| code[(x, y)] == qrcode::Color::Dark);
            image::Luma([if dark { 20 } else { 235_u8 }])
        };
        let pixels = (side as u32 + 8) * 10;
        let mut png = std::io::Cursor::new(vec![]);
        image::GrayImage::from_fn(pixels, pixels, at)
            .write_to(&mut png, image::ImageFormat::Png)
            .unwrap();
        assert_eq!(read_qr(png.get_ref()).unwrap(), invitation);
        let mut blank = std::io::Cursor::new(vec![]);
        image::GrayImage::from_pixel(200, 200, image::Luma([200]))
            .write_to(&mut blank, image::ImageFormat::Png)
            .unwrap();
        assert!(read_qr(blank.get_ref()).is_err());
    }

    #[test]
    fn an_address_without_a_scheme_is_https() {
        assert_eq!(address(" 10.0.0.1:8443/ "), "https://10.0.0.1:8443");
        assert_eq!(address("http://127.0.0.1:1"), "http://127.0.0.1:1");
        assert_eq!(address(" "), "");
    }
}
