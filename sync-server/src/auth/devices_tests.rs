//! A tablet from its code to an officer's certificate.

use std::net::{Ipv4Addr, SocketAddr};

use field_core::identity::SigningKey;

use super::*;
use crate::app::testing;
use crate::auth::Role;

fn key(n: u8) -> SigningKey {
    SigningKey::from_secret(&[n; 32])
}

async fn administrator(app: &App) -> Officer {
    users::officer(app, "admin").await.unwrap()
}

fn enrol_with(code: &str, key: &SigningKey) -> Enrol {
    Enrol {
        code: code.to_owned(),
        public_key: key.public().to_string(),
    }
}

async fn sign_nonce(app: &App, device: DeviceId, key: &SigningKey) -> Prove {
    let nonce: [u8; 32] = binary(&challenge(app, device).await.unwrap().nonce).unwrap();
    Prove {
        device,
        signature: BASE64URL_NOPAD.encode(&key.sign(&nonce_message(&nonce))),
    }
}

async fn by_token(app: &App, token: &str) -> Option<DeviceId> {
    let (hash, now) = (token::hash(token).unwrap(), app.clock.now_ms());
    let device = app.store.read(move |c| devices::by_token(c, &hash, now));
    device.await.unwrap().map(|device| device.id)
}

#[tokio::test]
async fn a_code_enrols_one_tablet_once() {
    let (_dir, app) = testing::app().await;
    let admin = administrator(&app).await;
    let clerk = testing::user(&app, "jia", &[Role::Clerk]).await;
    let refused = new_code(&app, &clerk, "平板-01").await;
    assert_eq!(refused, Err(AppError::Forbidden(Permission::ManageTablets)));

    let code = new_code(&app, &admin, "平板-01").await.unwrap();
    let body = enrol_with(&code.to_lowercase(), &key(1));
    let enrolled = enrol(&app, &body).await.unwrap();
    assert_eq!(enrolled.name, "平板-01");
    assert_eq!(enrolled.server_key, app.server_key.public().to_string());
    assert_eq!(
        enrol(&app, &body).await,
        Ok(enrolled),
        "the answer was lost"
    );
    let other = enrol(&app, &enrol_with(&code, &key(2))).await;
    assert_eq!(other, Err(AppError::Enrolment("code")));

    let second = new_code(&app, &admin, "平板-02").await.unwrap();
    let same_key = enrol(&app, &enrol_with(&second, &key(1))).await;
    assert_eq!(same_key, Err(AppError::Enrolment("key")));
    app.clock.advance(CODE_MS);
    let late = enrol(&app, &enrol_with(&second, &key(2))).await;
    assert_eq!(late, Err(AppError::Enrolment("code")));
    let garbage = Enrol {
        code: second,
        public_key: "AAAA".to_owned(),
    };
    assert!(matches!(
        enrol(&app, &garbage).await,
        Err(AppError::BadRequest(_))
    ));
}

#[tokio::test]
async fn a_signed_nonce_gives_a_token_for_an_hour() {
    let (_dir, app) = testing::app().await;
    let admin = administrator(&app).await;
    let code = new_code(&app, &admin, "平板-01").await.unwrap();
    let device = enrol(&app, &enrol_with(&code, &key(1)))
        .await
        .unwrap()
        .device;
    let proof = sign_nonce(&app, device, &key(1)).await;
    let given = prove(&app, &proof).await.unwrap();
    assert_eq!(by_token(&app, &given.token).await, Some(device));
    let refused = Err(AppError::Enrolment("signature"));
    assert_eq!(prove(&app, &proof).await, refused, "a nonce works once");

    let forged = sign_nonce(&app, device, &key(2)).await;
    assert_eq!(prove(&app, &forged).await, refused);
    let late = sign_nonce(&app, device, &key(1)).await;
    app.clock.advance(CHALLENGE_MS);
    assert_eq!(prove(&app, &late).await, refused);
    app.clock.advance(TOKEN_MS);
    assert_eq!(by_token(&app, &given.token).await, None);

    let proof = sign_nonce(&app, device, &key(1)).await;
    let given = prove(&app, &proof).await.unwrap();
    revoke(&app, &admin, device).await.unwrap();
    assert_eq!(by_token(&app, &given.token).await, None);
    let revoked = challenge(&app, device).await;
    assert_eq!(revoked, Err(AppError::Enrolment("revoked")));
}

#[tokio::test]
async fn an_officers_key_is_certified_against_the_password() {
    let (_dir, app) = testing::app().await;
    let admin = administrator(&app).await;
    let jia = testing::user(&app, "jia", &[Role::Inspector]).await;
    testing::user(&app, "yi", &[Role::Clerk]).await;
    let code = new_code(&app, &admin, "平板-01").await.unwrap();
    let enrolled = enrol(&app, &enrol_with(&code, &key(1))).await.unwrap();
    let device = Device {
        id: enrolled.device,
        name: enrolled.name,
        public_key: *key(1).public().as_bytes(),
    };
    let body = |login: &str, password: &str, n: u8| Certify {
        login: login.to_owned(),
        password: password.to_owned(),
        public_key: key(n).public().to_string(),
    };
    let wrong = certify(
        &app,
        Peer::default(),
        &device,
        body("jia", "wrong password", 9),
    )
    .await;
    assert_eq!(wrong, Err(AppError::WrongLogin));
    let clerk = certify(
        &app,
        Peer::default(),
        &device,
        body("yi", testing::PASSWORD, 9),
    )
    .await;
    assert_eq!(clerk, Err(AppError::Forbidden(Permission::Inspect)));

    let certified = certify(
        &app,
        Peer::default(),
        &device,
        body("jia", testing::PASSWORD, 9),
    )
    .await
    .unwrap();
    let bytes = BASE64URL_NOPAD
        .decode(certified.certificate.as_bytes())
        .unwrap();
    let certificate = OfficerCertificate::open(&bytes, &app.server_key.public()).unwrap();
    assert_eq!(certificate.officer, jia.id);
    assert_eq!(certificate.officer_key, key(9).public());
    assert_eq!(certificate.device, device.id);
    let again = certify(
        &app,
        Peer::default(),
        &device,
        body("jia", testing::PASSWORD, 9),
    )
    .await;
    assert_eq!(again, Ok(certified), "the answer was lost");
}

#[tokio::test]
async fn the_server_key_survives_a_restart() {
    let (_dir, app) = testing::app().await;
    let (config, clock) = (app.config.clone(), app.clock.clone());
    let public = app.server_key.public();
    app.store.close().await;
    drop(app);
    let bound = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let again = App::open(config, clock, bound).await.unwrap();
    assert_eq!(again.server_key.public(), public);
    assert_eq!(again.clock.today(), jiff::civil::date(2018, 3, 12));
}
