//! From the password to the code, as an attacker and as an officer would try it.

use super::super::sessions as door;
use super::*;
use crate::app::testing;

async fn password(app: &App, login: &str) -> LoggedIn {
    let password = testing::PASSWORD.to_owned();
    door::log_in(app, Peer::default(), login, password, None)
        .await
        .unwrap()
}

async fn give(app: &App, session: &LoggedIn, code: &str) -> Result<LoggedIn, AppError> {
    let csrf = &session.officer.csrf;
    prove(app, Peer::default(), &session.token, csrf, code).await
}

/// The code that an authenticator with the shown secret shows now.
async fn authenticator(app: &App, session: &LoggedIn) -> Totp {
    let pending = door::pending(app, &session.token).await.unwrap().unwrap();
    let shown = proposal(app, &pending).await.unwrap();
    assert!(shown.url.starts_with("otpauth://totp/"), "{}", shown.url);
    Totp::from_url(&shown.url).unwrap()
}

fn code(app: &App, totp: &Totp) -> String {
    totp.generate(seconds(app.clock.now_ms())).to_string()
}

#[tokio::test]
async fn an_approver_is_not_in_with_the_password_alone() {
    let (_dir, app) = testing::app().await;
    testing::user(&app, "ding", &[Role::Approver]).await;
    let first = password(&app, "ding").await;
    assert_eq!(first.stage, Stage::Enrol);
    assert_eq!(door::resume(&app, &first.token).await, Ok(None));

    let totp = authenticator(&app, &first).await;
    assert_eq!(give(&app, &first, "000000").await, Err(AppError::WrongCode));
    let inside = give(&app, &first, &code(&app, &totp)).await.unwrap();
    assert_ne!(inside.token, first.token, "the session is a new one");
    assert!(door::resume(&app, &inside.token).await.unwrap().is_some());
    assert_eq!(door::pending(&app, &first.token).await, Ok(None));

    // From now on the code is asked for, and the secret is never shown again.
    app.clock.advance(60_000);
    let second = password(&app, "ding").await;
    assert_eq!(second.stage, Stage::Code);
    let pending = door::pending(&app, &second.token).await.unwrap().unwrap();
    assert_eq!(proposal(&app, &pending).await, Err(AppError::LoginRequired));
    give(&app, &second, &code(&app, &totp)).await.unwrap();
}

#[tokio::test]
async fn a_code_works_once() {
    let (_dir, app) = testing::app().await;
    testing::user(&app, "guan", &[Role::Administrator]).await;
    let first = password(&app, "guan").await;
    let totp = authenticator(&app, &first).await;
    let seen = code(&app, &totp);
    give(&app, &first, &seen).await.unwrap();
    let overheard = password(&app, "guan").await;
    assert_eq!(
        give(&app, &overheard, &seen).await,
        Err(AppError::WrongCode),
        "replay of a used code"
    );
    // An earlier code than the one used is refused as well, though it would still be in time.
    let earlier = totp
        .generate(seconds(app.clock.now_ms()) - STEP_SECONDS)
        .to_string();
    assert_eq!(
        give(&app, &overheard, &earlier).await,
        Err(AppError::WrongCode)
    );
    app.clock.advance(30_000);
    give(&app, &overheard, &code(&app, &totp)).await.unwrap();
}

#[tokio::test]
async fn guessing_codes_locks_the_login_and_the_password_does_not_unlock_it() {
    let (_dir, app) = testing::app().await;
    testing::user(&app, "ding", &[Role::Approver]).await;
    let first = password(&app, "ding").await;
    let totp = authenticator(&app, &first).await;
    give(&app, &first, &code(&app, &totp)).await.unwrap();
    app.clock.advance(60_000);
    let mut waits = Vec::new();
    let mut session = password(&app, "ding").await;
    for _ in 0..12 {
        match give(&app, &session, "000000").await.unwrap_err() {
            AppError::WrongCode => {}
            AppError::LockedOut { seconds } => {
                waits.push(seconds);
                app.clock.advance(i64::from(seconds) * 1000);
                session = password(&app, "ding").await;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(waits.is_sorted() && waits.len() >= 3, "{waits:?}");
    assert!(waits.last() > waits.first(), "the lock grows: {waits:?}");
}

#[tokio::test]
async fn a_pending_session_is_worth_little() {
    let (_dir, app) = testing::app().await;
    testing::user(&app, "ding", &[Role::Approver]).await;
    let first = password(&app, "ding").await;
    let totp = authenticator(&app, &first).await;
    let shown = code(&app, &totp);
    let forged = prove(&app, Peer::default(), &first.token, "wrong", &shown).await;
    assert_eq!(forged, Err(AppError::Csrf));
    let stranger = prove(&app, Peer::default(), "nonsense", "", &shown).await;
    assert_eq!(stranger, Err(AppError::LoginRequired));

    // Whoever saw the secret of an earlier try has nothing: the next login shows another.
    let again = password(&app, "ding").await;
    assert_eq!(give(&app, &again, &shown).await, Err(AppError::WrongCode));

    app.clock.advance(PENDING_MS);
    let totp = match door::pending(&app, &again.token).await.unwrap() {
        None => totp,
        Some(_) => panic!("it has ended"),
    };
    let late = give(&app, &again, &code(&app, &totp)).await;
    assert_eq!(late, Err(AppError::LoginRequired));
}

#[tokio::test]
async fn a_lost_authenticator_is_taken_away_by_another_administrator() {
    let (_dir, app) = testing::app().await;
    let ding = testing::user(&app, "ding", &[Role::Approver]).await;
    let guan = testing::user(&app, "guan", &[Role::Administrator]).await;
    let inside = testing::log_in(&app, "ding").await;
    let own = reset(&app, Some(&guan), &guan.id).await;
    assert!(matches!(own, Err(AppError::Invalid { .. })), "{own:?}");
    let other = reset(&app, Some(&ding), &guan.id).await;
    assert_eq!(other, Err(AppError::Forbidden(Permission::ManageUsers)));

    reset(&app, Some(&guan), &ding.id).await.unwrap();
    assert_eq!(door::resume(&app, &inside.token).await, Ok(None));
    assert_eq!(password(&app, "ding").await.stage, Stage::Enrol);
    let actions = app
        .store
        .read(|c| {
            let mut rows = c.prepare("SELECT user_id, action FROM history ORDER BY seq")?;
            let rows = rows.query_map([], |row| {
                Ok((row.get::<_, Option<String>>(0)?, row.get::<_, String>(1)?))
            })?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .await
        .unwrap();
    let has = |who: &str, what: &str| {
        let row = (Some(who.to_owned()), what.to_owned());
        actions.contains(&row)
    };
    assert!(has(&ding.id, "set-up-second-factor"));
    assert!(has(&guan.id, "reset-second-factor"));
}

#[tokio::test]
async fn who_becomes_an_approver_must_log_in_anew() {
    let (_dir, app) = testing::app().await;
    let jia = testing::user(&app, "jia", &[Role::Clerk]).await;
    let session = testing::log_in(&app, "jia").await;
    assert!(door::resume(&app, &session.token).await.unwrap().is_some());
    let id = jia.id.clone();
    app.store
        .write(move |tx| {
            let roles = BTreeSet::from([Role::Clerk, Role::Approver]);
            crate::store::users::set_roles(tx, &id, &roles)
        })
        .await
        .unwrap();
    assert_eq!(door::resume(&app, &session.token).await, Ok(None));
}
