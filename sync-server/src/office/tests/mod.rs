//! The pages over HTTP on a real store: from the login to the decision.

mod browser;
mod inspection;
mod window;

use axum::http::StatusCode;

use self::browser::{Browser, csrf};
use crate::app::testing;
use crate::auth::Role;

/// What a clerk types for a shop that asks for class 2, small vehicles.
const APPLICATION: &[(&str, &str)] = &[
    ("class", "class-2"),
    ("scopes", "04203"),
    ("applicant", "某某汽修 <b>&"),
    ("credit_code", "91350100M000100Y43"),
    ("representative", "己"),
    ("contact", "庚"),
    ("phone", "0579-00000000"),
    ("address", "某某市某某路 8 号"),
    ("latitude", "28.8895"),
    ("longitude", "120.0381"),
    ("materials", "M05-1"),
    ("materials", "M05-2"),
    ("materials", "M05-3"),
    ("materials", "M05-4"),
    ("materials", "M05-5"),
];

#[tokio::test]
async fn nobody_sees_anything_without_a_login() {
    let (_dir, app) = testing::app().await;
    testing::user(&app, "ding", &[Role::Clerk]).await;
    let mut browser = Browser::new(&app);
    for page in [
        "/inbox",
        "/inbox/live",
        "/cases/1",
        "/cases/1/live",
        "/cases/1/permit.pdf",
        "/cases/1/photos/1/x",
        "/applications/new",
        "/tablets",
        "/events",
        "/evidence/00",
    ] {
        assert_eq!(
            browser.get(page).await.status,
            StatusCode::UNAUTHORIZED,
            "{page}"
        );
    }
    let wrong = browser
        .post(
            "/login",
            &[("login", "ding"), ("password", "no"), ("next", "/tablets")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.body.contains("用户名或密码不正确"), "{}", wrong.body);
    assert!(wrong.body.contains("value=\"ding\"") && wrong.body.contains("value=\"/tablets\""));

    browser.log_in("ding").await;
    let inbox = browser.get("/inbox").await;
    assert_eq!(inbox.status, StatusCode::OK);
    assert!(inbox.body.contains("还没有业务件") && inbox.body.contains("训练环境"));
    assert_eq!(browser.get("/tablets").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/cases/1").await.status, StatusCode::NOT_FOUND);

    let token = csrf(&inbox.body);
    assert_eq!(
        browser.post("/logout", &[("csrf", "wrong")]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        browser.post("/logout", &[("csrf", &token)]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(browser.get("/inbox").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_clerk_registers_accepts_and_assigns() {
    let (_dir, app) = testing::app().await;
    testing::user(&app, "ding", &[Role::Clerk]).await;
    let jia = testing::user(&app, "jia", &[Role::Inspector]).await;
    let yi = testing::user(&app, "yi", &[Role::Inspector]).await;
    let mut browser = Browser::new(&app);
    browser.log_in("ding").await;

    // Everything wrong is told at once, and what was typed is still there.
    let wrong = browser
        .submit(
            "/applications/new",
            "/applications",
            &[("class", "class-2"), ("contact", "庚")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("处需要改正") && wrong.body.contains("value=\"庚\""));
    assert!(
        wrong.body.contains("href=\"#credit_code\"") && wrong.body.contains("href=\"#scopes\"")
    );

    let made = browser
        .submit("/applications/new", "/applications", APPLICATION)
        .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let case = browser.get(&made.location).await;
    assert!(case.body.contains("330784-2018-0001") && case.body.contains("待受理"));
    assert!(
        case.body.contains("某某汽修 &#60;b&#62;&#38;"),
        "typed text is escaped"
    );
    assert!(case.body.contains("已登记。由您首问负责"));
    assert!(case.body.contains("申请人到场 1 次"));

    let ask = browser.get("/cases/1/accept").await;
    assert!(ask.body.contains("承诺 2018-03-26"), "{}", ask.body);
    let done = browser.fill_in("/cases/1/accept", &[]).await;
    assert_eq!(done.location, "/cases/1?done=accept");

    // A page that is older than the case is told so, and changes nothing.
    let stale = browser
        .fill_in(
            "/cases/1/assign",
            &[
                ("revision", "0"),
                ("officers", &jia.id),
                ("officers", &yi.id),
            ],
        )
        .await;
    assert!(
        stale.body.contains("他人刚刚办理了本业务件"),
        "{}",
        stale.body
    );
    let one = browser
        .fill_in("/cases/1/assign", &[("officers", &jia.id)])
        .await;
    assert_eq!(one.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(one.body.contains("至少 2 名"), "{}", one.body);
    let two = [("officers", jia.id.as_str()), ("officers", yi.id.as_str())];
    let done = browser.fill_in("/cases/1/assign", &two).await;
    assert_eq!(done.location, "/cases/1?done=assign");

    let case = browser.get("/cases/1").await;
    assert!(case.body.contains("勘验中") && case.body.contains("第 0/10 个工作日"));
    assert!(case.body.contains("jia还没有签署"), "says what is missing");
    assert!(
        case.body.contains("由审批人员办理"),
        "says whose turn it is"
    );
    let inbox = browser
        .get("/inbox?state=scheduled&q=%E6%9F%90%E6%9F%90")
        .await;
    assert!(inbox.body.contains("id=\"case-1\""));
    let none = browser.get("/inbox?q=%25").await;
    assert!(none.body.contains("没有找到业务件"), "no wildcards");
}

#[tokio::test]
async fn a_step_that_is_not_ones_own_is_refused() {
    let (_dir, app) = testing::app().await;
    testing::user(&app, "ding", &[Role::Clerk]).await;
    testing::user(&app, "shen", &[Role::Auditor]).await;
    let mut clerk = Browser::new(&app);
    clerk.log_in("ding").await;
    clerk
        .submit("/applications/new", "/applications", APPLICATION)
        .await;
    let mut auditor = Browser::new(&app);
    auditor.log_in("shen").await;
    let token = csrf(&auditor.get("/cases/1").await.body);
    for verb in ["accept", "deliver", "assign", "issue"] {
        let path = format!("/cases/1/{verb}");
        assert_eq!(
            auditor.get(&path).await.status,
            StatusCode::FORBIDDEN,
            "{verb}"
        );
        let answer = auditor
            .post(&path, &[("csrf", &token), ("revision", "0")])
            .await;
        assert_ne!(answer.status, StatusCode::SEE_OTHER, "{verb}");
    }
    assert!(
        clerk.get("/cases/1").await.body.contains("待受理"),
        "nothing changed"
    );
    assert_eq!(
        clerk.get("/cases/1/nonsense").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_enrolment_code_is_shown_once() {
    let (_dir, app) = testing::app().await;
    testing::user(&app, "guan", &[Role::Administrator]).await;
    let mut browser = Browser::new(&app);
    browser.log_in("guan").await;
    let wrong = browser
        .submit("/tablets", "/tablets/codes", &[("device_name", " ")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made = browser
        .submit("/tablets", "/tablets/codes", &[("device_name", "平板-07")])
        .await;
    assert_eq!(made.status, StatusCode::OK);
    assert!(made.body.contains("“平板-07”的登记码"), "{}", made.body);
    assert!(!browser.get("/tablets").await.body.contains("的登记码"));
}

#[tokio::test]
async fn an_inspection_is_shown_judged_with_its_conflict_and_what_is_missing() {
    let office = inspection::office().await;
    let mut browser = Browser::new(&office.app);
    browser.log_in("shen").await;
    let case = browser.get("/cases/1").await.body;
    assert!(
        case.contains("18.5 m² &#60; 20 m²"),
        "the verdict has its numbers"
    );
    assert!(case.contains("分歧已处理") && case.contains("理由：两人一起复测"));
    assert!(case.contains("有分歧，等勘验人员在平板上处理"));
    assert!(
        case.contains("照片 <span class=\"num\">1/2</span>"),
        "{case}"
    );
    assert!(case.contains("yi的平板（平板-2）"), "says on which tablet");
    assert!(case.contains("照片距登记地址 38 m"), "{case}");
    assert!(
        case.contains("地面有 &#60;i&#62; 标线"),
        "notes are escaped"
    );
    assert!(case.contains("签署的是旧状态"));
    assert!(
        case.contains("disabled aria-describedby=\"next-why\""),
        "cannot decide yet"
    );
    if let Some(folder) = std::env::var_os("KANYAN_PAGES") {
        std::fs::write(std::path::Path::new(&folder).join("real-case.html"), &case).unwrap();
    }

    let photo = case
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.contains("/photos/"))
        .unwrap();
    let photo = browser.get(photo).await;
    assert_eq!(photo.status, StatusCode::OK);
    assert!(photo.body.contains("38 m") && photo.body.contains("第 1 张，共 2 张"));

    let decide = browser.get("/cases/1/decide").await.body;
    assert!(decide.contains("现在还不能决定"));
    let forced = browser
        .fill_in("/cases/1/decide", &[("outcome", "granted")])
        .await;
    assert_eq!(forced.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(forced.body.contains("尚未封存"), "{}", forced.body);
}

#[tokio::test]
async fn a_sealed_inspection_is_refused_with_reasons_after_checking() {
    let office = inspection::office().await;
    inspection::seal(&office).await;
    let mut browser = Browser::new(&office.app);
    browser.log_in("shen").await;
    let decide = browser.get("/cases/1/decide").await.body;
    assert!(decide.contains("只能退回整改或不予许可"), "{decide}");
    let path = ("/cases/1/decide", "/cases/1/decide/check");
    let bare = browser
        .submit(path.0, path.1, &[("outcome", "refused")])
        .await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.body.contains("必须写明理由"));
    let fields = [("outcome", "refused"), ("reasons", "厂房面积不足")];
    let check = browser.submit(path.0, path.1, &fields).await;
    assert_eq!(check.status, StatusCode::OK);
    assert!(check.body.contains("厂房面积不足") && check.body.contains("证据 2 件"));
    assert!(
        browser.get("/cases/1").await.body.contains("待决定"),
        "nothing decided yet"
    );
    let done = browser.fill_in("/cases/1/decide", &fields).await;
    assert_eq!(done.location, "/cases/1?done=refuse", "{}", done.body);
    let case = browser.get(&done.location).await.body;
    assert!(case.contains("不予许可") && case.contains("厂房面积不足"));
    let again = browser.fill_in("/cases/1/decide", &fields).await;
    assert!(again.body.contains("已作出决定"), "{}", again.body);
}

#[tokio::test]
async fn a_granted_permit_is_issued_once_shown_and_checked() {
    let office = inspection::office().await;
    inspection::grant(&office).await;
    testing::user(&office.app, "wu", &[Role::Clerk]).await;
    let mut browser = Browser::new(&office.app);
    browser.log_in("wu").await;
    let path = "/cases/1/issue";
    let done = browser.submit(path, path, &[]).await;
    assert_eq!(done.location, "/cases/1?done=issue", "{}", done.body);
    let page = browser.get("/cases/1/permit").await.body;
    assert!(page.contains("浙交运管许可金字330784030001号"), "{page}");
    assert!(page.contains("2018-03-12 至 2024-03-11") && page.contains("<svg"));
    assert!(page.contains("/check#"), "links to the public page");
    let again = browser.submit(path, path, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("不能重复发证"), "{}", again.body);
    let delivered = browser.fill_in("/cases/1/deliver", &[]).await;
    assert_eq!(delivered.location, "/cases/1?done=deliver");
    let case = browser.get("/cases/1").await.body;
    assert!(case.contains("已办结") && case.contains("申请人到场 2 次"));

    // What happens to its force stands on the public list at once.
    let mut head = Browser::new(&office.app);
    head.log_in("shen").await;
    let list = |body: String| serde_json::from_str::<serde_json::Value>(&body).unwrap();
    for (verb, key, count) in [
        ("suspend-permit", "suspended", 1),
        ("reinstate-permit", "suspended", 0),
        ("revoke-permit", "numbers", 1),
    ] {
        let path = format!("/cases/1/{verb}");
        let done = head.fill_in(&path, &[("reason", "依法处理")]).await;
        assert_eq!(
            done.location,
            format!("/cases/1?done={verb}"),
            "{}",
            done.body
        );
        let known = list(head.get("/check/revoked.json").await.body);
        let numbers = known[key].as_array().map_or(0, Vec::len);
        assert_eq!(numbers, count, "{verb}: {known}");
    }
    let late = head
        .fill_in("/cases/1/reinstate-permit", &[("reason", "依法处理")])
        .await;
    assert!(late.body.contains("效力状态不适合"), "{}", late.body);
    assert!(head.get("/cases/1/permit").await.body.contains("已吊销"));
}
