//! The main job from end to end, against any server that was seeded: application, acceptance,
//! assignment, two tablets offline at the shop, a cut connection, a conflict and its resolution,
//! signatures, seal, decision, permit. The demo shows it, the end-to-end test proves it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use field_core::identity::Confirmation;
use field_core::ids::DocId;
use field_core::rules::{Answer, Measure, Outcome, Unit};
use field_core::tablet::sync::Summary;
use serde::Serialize;

use crate::Failure;
use crate::desk;
use crate::office::Browser;
use crate::officer::Officer;
use crate::pictures::Pictures;
use crate::proxy::Proxy;
use crate::seed::PASSWORD;
use crate::visit::{Captured, DISPUTED, Half, Walk};

/// What a run is made of.
pub struct Scenario<'a> {
    /// Where the server listens.
    pub server: SocketAddr,
    /// Where the tablets keep their stores and the permit is put.
    pub folder: &'a Path,
    /// Photographs.
    pub pictures: &'a Pictures,
    /// Photos each officer takes at least.
    pub photos_each: usize,
    /// Told what happens, one line at a time.
    pub say: &'a (dyn Fn(&str) + Sync),
}

/// Bytes towards the server after which an exchange with sixty answers is surely under way.
const MIDDLE_OF_ANSWERS: i64 = 4_000;

/// Items after which an inspector's progress is told.
const PROGRESS: usize = 10;

/// What came of it; the demo prints it as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// As people write it.
    pub case_number: String,
    /// Address of the case's page on the server.
    pub case_path: String,
    /// As people write it.
    pub permit_number: String,
    /// Where the PDF was put.
    pub permit_pdf: PathBuf,
    /// What the QR code says.
    pub qr_text: String,
    /// Items answered in the sealed inspection.
    pub answers: usize,
    /// Photos in it.
    pub photos: usize,
    /// Changes in it, the genesis included.
    pub changes: usize,
    /// True conflicts that were met.
    pub conflicts: usize,
    /// Times the connection was cut.
    pub cuts: u64,
    /// Bytes the tablets sent, exchanges and files, before compression.
    pub bytes_sent: u64,
    /// Exchanges the tablets made.
    pub exchanges: u32,
    /// Seconds each leg took.
    pub legs: BTreeMap<String, f64>,
}

struct Run<'a> {
    scenario: &'a Scenario<'a>,
    url: String,
    outcome: Report,
    leg: Instant,
}

impl Scenario<'_> {
    /// Runs it to the permit.
    ///
    /// # Errors
    /// The first step that does not do what it should, in words.
    pub fn run(&self) -> Result<Report, Failure> {
        let mut run = self.begin();
        run.until_sealed()?;
        run.decide()?;
        Ok(run.outcome)
    }

    /// Runs it until the inspection is sealed and waits for a decision.
    ///
    /// # Errors
    /// The first step that does not do what it should, in words.
    pub fn until_sealed(&self) -> Result<Report, Failure> {
        let mut run = self.begin();
        run.until_sealed()?;
        Ok(run.outcome)
    }

    /// Runs the office's part alone: a case with two inspectors assigned, nobody at the shop yet.
    ///
    /// # Errors
    /// The first step that does not do what it should, in words.
    pub fn until_assigned(&self) -> Result<Report, Failure> {
        let mut run = self.begin();
        run.apply()?;
        run.assign()?;
        Ok(run.outcome)
    }

    fn begin(&self) -> Run<'_> {
        Run {
            scenario: self,
            url: format!("http://{}", self.server),
            outcome: Report::default(),
            leg: Instant::now(),
        }
    }
}

impl Run<'_> {
    fn say(&self, line: &str) {
        (self.scenario.say)(line);
    }

    fn leg(&mut self, name: &str) {
        let seconds = self.leg.elapsed().as_secs_f64();
        self.outcome
            .legs
            .insert(name.to_owned(), (seconds * 1000.0).round() / 1000.0);
        self.leg = Instant::now();
    }

    fn browser(&self, login: &str) -> Result<Browser, Failure> {
        Browser::log_in(&self.url, login, PASSWORD)
    }

    fn until_sealed(&mut self) -> Result<(), Failure> {
        self.apply()?;
        let officers = self.equip()?;
        self.assign()?;
        let doc = self.fetch(&officers)?;
        self.inspect(&officers, doc)?;
        self.bring_back(&officers, doc)?;
        self.sign(&officers, doc)
    }

    /// The clerk registers the application and accepts it.
    fn apply(&mut self) -> Result<(), Failure> {
        let mut clerk = self.browser("clerk")?;
        let case = desk::register(&mut clerk)?;
        self.outcome.case_path.clone_from(&case.path);
        self.outcome.case_number = case.number;
        self.say(&format!("registered: case {}", self.outcome.case_number));
        desk::step(&mut clerk, &case.path, "accept", &[])?;
        self.say("accepted: the clock runs, the ruleset in force is pinned");
        self.leg("1 submitted → accepted");
        Ok(())
    }

    /// The administrator makes a code for each tablet, which enrols; the officers sign in.
    fn equip(&mut self) -> Result<[Officer; 2], Failure> {
        let first = self.officer("inspector-1", "平板-01")?;
        let second = self.officer("inspector-2", "平板-02")?;
        self.leg("2 tablets enrolled");
        Ok([first, second])
    }

    fn officer(&self, login: &'static str, name: &str) -> Result<Officer, Failure> {
        let officer = Officer::at(&self.url, self.scenario.folder, login, name)?;
        self.say(&format!(
            "{name} enrolled with a one-time code; {login} signed in"
        ));
        Ok(officer)
    }

    fn assign(&mut self) -> Result<(), Failure> {
        let mut clerk = self.browser("clerk")?;
        desk::assign(&mut clerk, &self.outcome.case_path)?;
        self.say("assigned: two inspectors; their inspection is on its way to both tablets");
        self.leg("3 accepted → scheduled");
        Ok(())
    }

    /// Both tablets fetch the assignment. Returns the inspection.
    fn fetch(&mut self, officers: &[Officer; 2]) -> Result<DocId, Failure> {
        for officer in officers {
            self.sync(officer, &self.url.clone())?;
        }
        let number = self.outcome.case_number.clone();
        let cases = officers[0].hold().cases()?;
        let case = cases.iter().find(|case| case.number == number);
        let doc = case.ok_or("the case did not arrive on the tablet")?.doc;
        officers[1].hold().case(doc)?;
        self.say("fetched on both tablets; now OFFLINE");
        Ok(doc)
    }

    /// At the shop: both at the same time, no network.
    fn inspect(&mut self, officers: &[Officer; 2], doc: DocId) -> Result<(), Failure> {
        let walks = [(Half::First, "18.5"), (Half::Second, "21")];
        let scenario = self.scenario;
        let captured = std::thread::scope(|scope| {
            let running: Vec<_> = officers
                .iter()
                .zip(walks)
                .map(|(officer, (half, reception))| {
                    let walk = Walk {
                        doc,
                        officer: &officer.id,
                        half,
                        pictures: scenario.pictures,
                        photos: scenario.photos_each,
                        reception,
                    };
                    let tell = move |done: Captured, items: usize| {
                        if done.answers.is_multiple_of(PROGRESS) || done.answers == items {
                            (scenario.say)(&format!(
                                "{} at the shop: {}/{items} items, {} photos",
                                officer.login, done.answers, done.photos
                            ));
                        }
                    };
                    scope.spawn(move || walk.run(&mut officer.hold(), tell))
                })
                .collect();
            running
                .into_iter()
                .map(|one| one.join().map_err(|_| "an inspector's walk failed")?)
                .collect::<Result<Vec<Captured>, Failure>>()
        })?;
        for (officer, one) in officers.iter().zip(captured) {
            self.say(&format!(
                "{} offline: {} answers, {} photos, all durable on the tablet",
                officer.login, one.answers, one.photos
            ));
        }
        self.leg("4 on site, offline");
        Ok(())
    }

    /// One after the other they come back; the first over a connection that is cut midway.
    fn bring_back(&mut self, officers: &[Officer; 2], doc: DocId) -> Result<(), Failure> {
        let [first, second] = officers;
        let proxy = Proxy::start(self.scenario.server)?;
        let whole = i64::try_from(first.hold().status()?.unsent_bytes)?;
        // In the middle of the answers, then in the middle of the photos. Photos the office holds
        // already are not sent again, so on a second run with the same files the second cut may
        // find nothing to cut.
        for bytes in [MIDDLE_OF_ANSWERS, whole * 6 / 10] {
            proxy.cut_after(bytes);
            if let Err(error) = self.sync(first, &proxy.url()) {
                self.say(&format!("the connection was cut midway: {error}"));
            }
            proxy.heal();
            let left = first.hold().status()?;
            self.say(&format!(
                "kept on the tablet: {} changes, {} files still to be sent",
                left.unsent_changes, left.unsent_photos
            ));
        }
        self.sync(first, &proxy.url())?;
        self.outcome.cuts = proxy.cuts();
        if self.outcome.cuts == 0 {
            return Err("the connection was to be cut and was not".into());
        }
        self.sync(second, &self.url.clone())?;
        self.say("both tablets have synced");
        self.resolve(second, doc)?;
        self.sync(second, &self.url.clone())?;
        self.sync(first, &self.url.clone())?;
        self.leg("5 back online, conflict resolved");
        Ok(())
    }

    fn resolve(&mut self, officer: &Officer, doc: DocId) -> Result<(), Failure> {
        let mut tablet = officer.hold();
        let view = tablet.view(doc)?;
        let open: Vec<_> = view
            .conflicts()
            .map(|(item, sides)| (item.to_owned(), sides.len()))
            .collect();
        if !open
            .iter()
            .any(|(item, sides)| item == DISPUTED && *sides == 2)
        {
            return Err(format!("expected a conflict on {DISPUTED}, found {open:?}").into());
        }
        self.outcome.conflicts = open.len();
        let value: Measure = "21".parse()?;
        let mut answer = Answer::new(Outcome::Pass).with_value(value, Unit::SquareMetre);
        answer.reason = Some("两人共同复测，含客户休息室".into());
        tablet.answer(doc, &officer.id, DISPUTED, &answer)?;
        (self.scenario.say)(&format!(
            "conflict on {DISPUTED}: 18.5 m² and 21 m²; resolved on the tablet of {} with a reason",
            officer.login
        ));
        Ok(())
    }

    fn sign(&mut self, officers: &[Officer; 2], doc: DocId) -> Result<(), Failure> {
        let [first, second] = officers;
        let confirmation = Confirmation::Signed {
            name: "某某".into(),
            strokes: "M100 150L180 90L220 210L300 120M340 100L420 200L500 80".into(),
        };
        {
            let mut tablet = first.hold();
            tablet.confirm(doc, &first.id, confirmation)?;
            tablet.sign_off(doc, &first.id)?;
        }
        self.say("the applicant confirmed the record; first sign-off");
        self.sync(first, &self.url.clone())?;
        self.sync(second, &self.url.clone())?;
        second.hold().sign_off(doc, &second.id)?;
        self.sync(second, &self.url.clone())?;
        self.say("second sign-off over the same heads");
        for officer in officers {
            self.sync(officer, &self.url.clone())?;
            let tablet = officer.hold();
            let status = tablet.case_status(doc)?;
            if status.unsent_changes != 0 || status.photos_safe != status.photos {
                return Err(format!("{} still holds {status:?}", officer.login).into());
            }
            if tablet.case(doc)?.sealed.is_none() {
                return Err("the inspection is not sealed".into());
            }
        }
        let mut tablet = first.hold();
        let view = tablet.view(doc)?;
        self.outcome.answers = view.answers.len();
        self.outcome.photos = view.present_photos().count();
        self.outcome.changes = tablet.change_count(doc)?;
        drop(tablet);
        self.say(&format!(
            "sealed: {} answers, {} photos, {} changes",
            self.outcome.answers, self.outcome.photos, self.outcome.changes
        ));
        self.leg("6 signed → sealed");
        Ok(())
    }

    fn decide(&mut self) -> Result<(), Failure> {
        let case = self.outcome.case_path.clone();
        let mut approver = self.browser("approver")?;
        let form = approver.get(&format!("{case}/decide"))?;
        let (csrf, revision) = (form.value("csrf")?, form.value("revision")?);
        approver.post(
            &format!("{case}/decide"),
            &[
                ("csrf", &csrf),
                ("revision", &revision),
                ("outcome", "granted"),
                ("reasons", "符合 GB/T 16739.1-2014 二类条件"),
            ],
        )?;
        self.say("decided: granted, bound to the sealed heads");
        desk::step(&mut approver, &case, "issue", &[])?;
        let page = approver.get(&format!("{case}/permit"))?;
        self.outcome.permit_number = page
            .marked("data-permit-number")
            .ok_or_else(|| format!("no number on the permit's page: {}", page.said()))?;
        self.outcome.qr_text = page
            .attribute("data-qr")
            .ok_or_else(|| format!("no QR text on the permit's page: {}", page.said()))?;
        let pdf = approver.bytes(&format!("{case}/permit.pdf"))?;
        if !pdf.starts_with(b"%PDF-") {
            return Err("the permit is no PDF".into());
        }
        let name = format!("permit-{}.pdf", self.outcome.case_number);
        let path = self.scenario.folder.join(name);
        std::fs::write(&path, pdf)?;
        self.outcome.permit_pdf = path;
        self.say(&format!("issued: permit {}", self.outcome.permit_number));
        self.leg("7 sealed → issued");
        Ok(())
    }

    fn sync(&mut self, officer: &Officer, url: &str) -> Result<Summary, Failure> {
        let mut exchanges = 0;
        let summary = officer.sync(url, |progress| exchanges = progress.exchanges);
        self.outcome.exchanges += exchanges;
        let summary = summary?;
        self.outcome.bytes_sent += summary.bytes_sent;
        if let Some((hash, reason)) = summary.refused.first() {
            return Err(format!("{hash} was set aside: {reason}").into());
        }
        Ok(summary)
    }
}
