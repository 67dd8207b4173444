//! The window: materials with their scans, one notice of what is missing, papers, the board.

use axum::http::StatusCode;

use super::APPLICATION;
use super::browser::Browser;
use super::inspection;
use crate::app::{App, testing};
use crate::auth::{Officer, Role};
use crate::office::paper::make;
use crate::store::papers;

/// A case without its second material, and the clerk at a browser.
async fn registered() -> (tempfile::TempDir, App, Officer, Browser) {
    let (dir, app) = testing::app().await;
    let clerk = testing::user(&app, "ding", &[Role::Clerk]).await;
    let mut browser = Browser::new(&app);
    browser.log_in("ding").await;
    let fields: Vec<_> = APPLICATION
        .iter()
        .copied()
        .filter(|pair| *pair != ("materials", "M05-2"))
        .collect();
    let made = browser
        .submit("/applications/new", "/applications", &fields)
        .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    (dir, app, clerk, browser)
}

async fn register(app: &App) -> Vec<papers::Listed> {
    app.store.read(|c| papers::of_case(c, 1)).await.unwrap()
}

/// Writes every paper of the case into the folder that `KANYAN_PAPERS` names, to be looked at.
async fn dump(app: &App, prefix: &str) {
    let Some(folder) = std::env::var_os("KANYAN_PAPERS") else {
        return;
    };
    for paper in register(app).await {
        let id = paper.id;
        let file = app.store.read(move |c| papers::file(c, 1, id)).await;
        let (_, pdf) = file.unwrap().unwrap();
        let name = format!("{prefix}-{id}-{}.pdf", paper.kind);
        std::fs::write(std::path::Path::new(&folder).join(name), pdf).unwrap();
    }
}

#[tokio::test]
async fn everything_missing_is_told_once_with_its_papers() {
    let (_dir, app, clerk, mut browser) = registered().await;
    let page = browser.get("/cases/1/materials").await.body;
    assert!(page.contains("还缺 1 份") && page.contains("data-upload="));
    let asked = browser
        .fill_in(
            "/cases/1/request-correction",
            &[
                ("ticks", "M05-2"),
                ("reason", "申请书第 2 页未签字\n\n 租赁合同缺页 "),
            ],
        )
        .await;
    assert_eq!(asked.location, "/cases/1?done=request-correction");
    make::all(&app, &clerk, 1).await.unwrap();
    let kinds: Vec<_> = register(&app)
        .await
        .into_iter()
        .map(|one| one.kind)
        .collect();
    assert_eq!(kinds, ["receipt", "correction"]);
    let said = app.store.read(|c| papers::facts(c, 1)).await.unwrap();
    assert!(said[1].contains("租赁合同缺页") && said[1].contains("交许补〔2018〕1号"));
    // Made once, however often it is asked for.
    assert_eq!(make::all(&app, &clerk, 1).await.unwrap(), 0);

    let again = browser
        .fill_in("/cases/1/receive-correction", &[("ticks", "M05-2")])
        .await;
    assert_eq!(again.location, "/cases/1?done=receive-correction");
    let twice = browser
        .fill_in("/cases/1/request-correction", &[("ticks", "M05-2")])
        .await;
    assert!(twice.body.contains("补正只能一次性告知"), "{}", twice.body);

    browser.fill_in("/cases/1/accept", &[]).await;
    make::all(&app, &clerk, 1).await.unwrap();
    let page = browser.get("/cases/1").await.body;
    for title in ["补正通知书", "受理通知书", "材料接收凭证", "全部文书合并"]
    {
        assert!(page.contains(title), "{title}");
    }
    assert!(page.contains("申请人到场 2 次"));
    dump(&app, "window").await;
    let batch = browser.download("/cases/1/papers.pdf").await;
    assert!(batch.starts_with(b"%PDF-"), "all papers as one file");
}

#[tokio::test]
async fn scans_pass_the_intake_and_pdfs_are_downloads() {
    let (_dir, _app, _clerk, mut browser) = registered().await;
    let page = browser.get("/cases/1/materials").await.body;
    let path = "/cases/1/materials/M05-2/files?name=%E5%90%88%E5%90%8C.pdf";
    let pdf = b"%PDF-1.7\n1 0 obj\n%%EOF\n".to_vec();
    let token = super::browser::csrf(&page);
    let refused = browser.upload(path, "wrong", pdf.clone()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let taken = browser.upload(path, &token, pdf.clone()).await;
    assert_eq!(taken.status, StatusCode::NO_CONTENT, "{}", taken.body);
    let script = browser.upload(path, &token, b"<script>".to_vec()).await;
    assert_eq!(script.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(script.body.contains("不是照片"), "{}", script.body);
    let page = browser.get("/cases/1/materials").await.body;
    let href = page
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|href| href.contains("/files/"))
        .unwrap()
        .to_owned();
    assert_eq!(browser.download(&href).await, pdf);
}

#[tokio::test]
async fn the_clock_stops_for_lawful_reasons_and_is_extended_once() {
    let office = inspection::office().await;
    let mut head = Browser::new(&office.app);
    head.log_in("shen").await;
    let stop = head
        .fill_in(
            "/cases/1/stop-clock",
            &[("option", "correction"), ("reason", "等材料")],
        )
        .await;
    assert!(stop.body.contains("没有暂停事由"), "{}", stop.body);
    let stop = head
        .fill_in(
            "/cases/1/stop-clock",
            &[
                ("option", "testing"),
                ("reason", "举升机送检，约 5 个工作日"),
            ],
        )
        .await;
    assert_eq!(stop.location, "/cases/1?done=stop-clock");
    let page = head.get("/cases/1").await.body;
    assert!(page.contains("计时暂停") && page.contains("检验、检测"));
    // Two working days later (2018-03-12 is a Monday) the session has ended too.
    office.app.clock.advance(2 * 24 * 60 * 60 * 1000);
    head.log_in("shen").await;
    let go_on = head.fill_in("/cases/1/resume-clock", &[]).await;
    assert_eq!(go_on.location, "/cases/1?done=resume-clock");
    let page = head.get("/cases/1").await.body;
    assert!(page.contains("2018-03-28"), "moved by two working days");
    let more = [("option", "5"), ("reason", "案情复杂")];
    let extend = head.fill_in("/cases/1/extend", &more).await;
    assert_eq!(extend.location, "/cases/1?done=extend");
    let page = head.get("/cases/1").await.body;
    assert!(page.contains("2018-04-04"), "and by five more");
    let twice = head.fill_in("/cases/1/extend", &more).await;
    assert!(twice.body.contains("只能延长一次"), "{}", twice.body);
    let user = testing::user(&office.app, "any", &[Role::Clerk]).await;
    make::all(&office.app, &user, 1).await.unwrap();
    dump(&office.app, "clock").await;
}

#[tokio::test]
async fn the_record_and_the_decision_are_papers() {
    let office = inspection::office().await;
    inspection::seal(&office).await;
    let user = testing::user(&office.app, "any", &[Role::Clerk]).await;
    make::all(&office.app, &user, 1).await.unwrap();
    let kinds: Vec<_> = register(&office.app)
        .await
        .into_iter()
        .map(|one| one.kind)
        .collect();
    assert_eq!(kinds, ["receipt", "acceptance", "record"]);
    let said = office
        .app
        .store
        .read(|c| papers::facts(c, 1))
        .await
        .unwrap();
    assert!(said[2].contains("jia") && said[2].contains("不符合"));
    let mut head = Browser::new(&office.app);
    head.log_in("shen").await;
    let refuse = head
        .fill_in(
            "/cases/1/decide",
            &[
                ("outcome", "refused"),
                ("reasons", "停车场面积不足\n未按期整改"),
            ],
        )
        .await;
    assert_eq!(refuse.location, "/cases/1?done=refuse");
    make::all(&office.app, &user, 1).await.unwrap();
    dump(&office.app, "decision").await;
    let last = register(&office.app).await.pop().unwrap();
    assert_eq!(last.kind, "refused");
    let said = office
        .app
        .store
        .read(|c| papers::facts(c, 1))
        .await
        .unwrap();
    assert!(said[3].contains("行政复议") && said[3].contains("六个月"));
}

#[tokio::test]
async fn anybody_reads_the_board_and_takes_the_forms() {
    let (_dir, app) = testing::app().await;
    let mut anybody = Browser::new(&app);
    let board = anybody.get("/board").await;
    assert_eq!(board.status, StatusCode::OK);
    for words in [
        "受理程序告知牌",
        "法定 15 个工作日",
        "承诺 10 个工作日",
        "授权委托书",
    ] {
        assert!(board.body.contains(words), "{words}");
    }
    for form in ["application", "power-of-attorney"] {
        let pdf = anybody
            .download(&format!("/board/repair-permit/{form}.pdf"))
            .await;
        assert!(pdf.starts_with(b"%PDF-"), "{form}");
        if let Some(folder) = std::env::var_os("KANYAN_PAPERS") {
            let path = std::path::Path::new(&folder).join(format!("form-{form}.pdf"));
            std::fs::write(path, pdf).unwrap();
        }
    }
}

#[tokio::test]
async fn a_handover_and_a_visit_are_noted() {
    let (_dir, app, _clerk, mut browser) = registered().await;
    let other = testing::user(&app, "wu", &[Role::Clerk]).await;
    let visit = browser
        .fill_in("/cases/1/visit", &[("reason", "询问进度")])
        .await;
    assert_eq!(visit.location, "/cases/1?done=visit");
    let handed = browser
        .fill_in(
            "/cases/1/hand-over",
            &[("option", &other.id), ("reason", "还差租赁合同")],
        )
        .await;
    assert_eq!(handed.location, "/cases/1?done=hand-over");
    let page = browser.get("/cases/1").await.body;
    assert!(page.contains("申请人到场 2 次") && page.contains("还差租赁合同"));
    assert!(page.contains("wu"), "who is responsible now");
}

#[tokio::test]
async fn older_permits_are_looked_at_and_then_taken() {
    let (_dir, app) = testing::app().await;
    testing::user(&app, "ding", &[Role::Clerk]).await;
    let mut browser = Browser::new(&app);
    browser.log_in("ding").await;
    let page = browser.get("/permits/import").await.body;
    let token = super::browser::csrf(&page);
    let file = "证号,业户名称,有效期起,有效期止\n甲1,某某汽修,2012-04-01,2018-03-31\n,无号,2012-01-01,\n=1,某某,昨天,\n";
    let looked = browser
        .upload("/permits/import?name=a.csv", &token, file.into())
        .await;
    assert_eq!(looked.status, StatusCode::CREATED, "{}", looked.body);
    let preview = browser.get(&looked.location).await.body;
    assert!(preview.contains("可导入 1 行") && preview.contains("不能导入 2 行"));
    assert!(preview.contains("缺少证号") && preview.contains("有效期起不是日期"));
    assert!(browser.get("/permits").await.body.contains("没有证件"));
    let taken = browser.fill_in(&looked.location, &[]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    let report = browser
        .download(&format!("{}/refused.csv", looked.location))
        .await;
    let report = String::from_utf8(report).unwrap();
    assert!(
        report.contains("'=1"),
        "no formula for a spreadsheet: {report}"
    );
    let list = browser.get("/permits?soon=1").await.body;
    assert!(list.contains("甲1") && list.contains("即将到期"));
    // The same file again finds its number known.
    let again = browser
        .upload("/permits/import?name=a.csv", &token, file.into())
        .await;
    let preview = browser.get(&again.location).await.body;
    assert!(preview.contains("证号已在系统中"), "{preview}");
    let wrong = browser
        .upload("/permits/import", &token, b"a,b\n1,2\n".to_vec())
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("必需的列"), "{}", wrong.body);
}
