//! Turns what is known of a case into what its page shows.

use field_core::rules::{Date, Item, ItemAssessment, Library, Matter, Ruleset, Verdict};
use jiff::Timestamp;

use super::findings::{self, Judged};
use super::next::{self, Blocks};
use super::record::{CaseRecord, Round};
use super::show::{CaseLive, DocumentLink, Fact, HistoryEntry};
use super::{completeness, limits, way};
use crate::auth::{Officer, Permission};
use crate::clock::Clock;
use crate::locale::{phrase, pick, say};
use crate::office::paper::due;
use crate::office::view::{Status, Tone};
use crate::office::{format, words};
use crate::store::cases::Case;

/// What a page is filled against.
pub(crate) struct Against<'a> {
    /// All rules.
    pub(crate) library: &'a Library,
    /// Who looks.
    pub(crate) officer: &'a Officer,
    /// The clocks.
    pub(crate) clock: &'a Clock,
    /// Business day.
    pub(crate) today: Date,
    /// Real time, Unix milliseconds.
    pub(crate) now_ms: i64,
}

impl<'a> Against<'a> {
    /// The matter of a case.
    pub(crate) fn matter(&self, case: &Case) -> Option<&'a Matter> {
        self.library.matter(&case.matter)
    }

    /// The ruleset of a round, while the library has it.
    pub(crate) fn ruleset(&self, round: &Round) -> Option<&'a Ruleset> {
        self.library.ruleset(round.inspection.ruleset)
    }

    /// A round judged on the business day of its seal, as the decision does; before it, today.
    pub(crate) fn judge(&self, round: &Round) -> Option<Judged<'a>> {
        let sealed = round.inspection.sealed_at;
        let sealed = sealed.and_then(|at| Timestamp::from_millisecond(at).ok());
        let day = sealed.map_or(self.today, |at| self.clock.business_day(at));
        Some(findings::judge(&round.view, self.ruleset(round)?, day))
    }

    /// The latest word on every item over all rounds, in the order of the ruleset.
    pub(crate) fn latest(&self, record: &CaseRecord) -> Vec<(&'a Item, ItemAssessment)> {
        let mut latest: Vec<(&Item, ItemAssessment)> = Vec::new();
        for judged in record.rounds.iter().filter_map(|round| self.judge(round)) {
            for (item, one) in judged.items.into_iter().zip(judged.assessment.items) {
                match latest.iter_mut().find(|(known, _)| known.id == item.id) {
                    Some(known) => known.1 = one,
                    None => latest.push((item, one)),
                }
            }
        }
        latest
    }
}

/// The page of a case.
pub(crate) fn live(record: &CaseRecord, against: &Against<'_>) -> CaseLive {
    let case = &record.case;
    let matter = against.matter(case);
    let round = record.round();
    let judged = round.and_then(|round| against.judge(round));
    let both = round.zip(judged.as_ref());
    let (completeness, inspection) = both
        .map(|(round, judged)| completeness::of(record, round, judged, against.now_ms))
        .unzip();
    let materials = materials(record, matter);
    let blocks = Blocks {
        materials: missing(record, matter),
        inspection: inspection.unwrap_or_default(),
        failed: against
            .latest(record)
            .iter()
            .filter(|(_, one)| matches!(one.verdict, Verdict::Fail | Verdict::Missing))
            .count(),
    };
    let (next, others) = next::steps(record, against.officer, &blocks);
    CaseLive {
        id: case.id,
        number: case.number.clone(),
        applicant: case.application.applicant.clone(),
        class_scope: class_scope(case, matter),
        state: words::state(case.state),
        working_day: way::working_day(case, against.library, against.today),
        summary: words::summary(case.state),
        next,
        others,
        legs: way::legs(record, against.now_ms),
        deadlines: way::deadlines(
            case,
            matter,
            against.library,
            against.today,
            record.stop().is_some(),
        ),
        visits: way::visits_line(record),
        facts: facts(record, against),
        materials,
        completeness,
        result: both.and_then(|(round, judged)| {
            let ruleset = against.ruleset(round)?;
            Some(findings::result(record, round, ruleset, judged))
        }),
        history: history(record),
        limits: limits::of(record, against),
        stopped: stopped(record, matter),
        documents: documents(record),
        papers_due: if against.officer.may(Permission::Register) {
            due::of(record).len()
        } else {
            0
        },
        csrf: against.officer.csrf.clone(),
        as_of: format::clock(against.now_ms),
    }
}

/// `二类汽车维修 · 小型车辆维修、大中型客车维修`.
pub(crate) fn class_scope(case: &Case, matter: Option<&Matter>) -> String {
    let Some(matter) = matter else {
        return case.class.clone();
    };
    let class = matter
        .class(&case.class)
        .map_or(case.class.as_str(), |class| pick(&class.text));
    let scopes: Vec<_> = case
        .application
        .scopes
        .iter()
        .map(|code| scope_name(matter, code))
        .collect();
    format!("{class} · {}", scopes.join(&say("list-and")))
}

fn scope_name(matter: &Matter, code: &str) -> String {
    let scope = matter.scopes.iter().find(|scope| scope.code == code);
    scope.map_or_else(|| code.to_owned(), |scope| pick(&scope.text).to_owned())
}

/// Materials that were asked for and are not there, by name.
pub(crate) fn missing(record: &CaseRecord, matter: Option<&Matter>) -> Vec<String> {
    let open = record.materials.iter().filter(|(_, day)| day.is_none());
    open.map(|(id, _)| material_name(matter, id)).collect()
}

pub(crate) fn material_name(matter: Option<&Matter>, id: &str) -> String {
    matter
        .and_then(|matter| matter.materials.iter().find(|one| one.id == id))
        .map_or_else(|| id.to_owned(), |one| pick(&one.text).to_owned())
}

/// A material by the name the law knows.
pub(crate) fn material_name_zh(matter: Option<&Matter>, id: &str) -> String {
    matter
        .and_then(|matter| matter.materials.iter().find(|one| one.id == id))
        .map_or_else(|| id.to_owned(), |one| one.text.zh.clone())
}

/// The scopes applied for, by the names the law knows.
pub(crate) fn scopes_zh(case: &Case, matter: Option<&Matter>) -> Vec<String> {
    let scopes = matter.map(|matter| matter.scopes.as_slice());
    let name = |code: &String| {
        let known = scopes.into_iter().flatten().find(|one| one.code == *code);
        known.map_or_else(|| code.clone(), |one| one.text.zh.clone())
    };
    case.application.scopes.iter().map(name).collect()
}

fn materials(record: &CaseRecord, matter: Option<&Matter>) -> Vec<Status> {
    record
        .materials
        .iter()
        .map(|(id, day)| {
            let name = material_name(matter, id);
            match day {
                Some(_) => Status::new(Tone::Good, name),
                None => Status::new(
                    Tone::Warn,
                    phrase("material-missing").with("name", &name).to_string(),
                ),
            }
        })
        .collect()
}

fn fact(label: &str, value: impl Into<String>) -> Fact {
    Fact {
        label: label.to_owned(),
        value: value.into(),
    }
}

fn facts(record: &CaseRecord, against: &Against<'_>) -> Vec<Fact> {
    let case = &record.case;
    let application = &case.application;
    let mut facts = vec![
        fact(&say("fact-applicant"), &application.applicant),
        fact(&say("fact-credit-code"), &application.credit_code),
        fact(
            &say("fact-representative"),
            &application.legal_representative,
        ),
        fact(
            &say("fact-contact"),
            format!("{} {}", application.contact, application.phone),
        ),
        fact(&say("fact-address"), &application.address),
        fact(&say("list-received"), case.submitted_on.to_string()),
    ];
    if let Some(responsible) = &case.responsible {
        facts.push(fact(&say("fact-responsible"), record.name(responsible)));
    }
    if let Some(ruleset) = case.ruleset.and_then(|hash| against.library.ruleset(hash)) {
        facts.push(fact(&say("fact-ruleset"), pick(&ruleset.text)));
    }
    if let Some(decision) = &record.decision {
        let word = if decision.granted {
            say("decision-granted")
        } else {
            say("decision-refused")
        };
        facts.push(fact(
            &say("decision"),
            format!(
                "{word} · {} · {}",
                record.name(&decision.decided_by),
                decision.decided_on
            ),
        ));
        let bound: Vec<_> = decision
            .inspections
            .iter()
            .map(|one| {
                let heads: Vec<_> = one.heads.iter().map(format::short_hash).collect();
                heads.join("+")
            })
            .collect();
        if !bound.is_empty() {
            facts.push(fact(&say("fact-bound"), bound.join(&say("list-and"))));
        }
        if let Some(reasons) = &decision.reasons {
            facts.push(fact(&say("decision-reasons"), reasons));
        }
    }
    facts
}

fn history(record: &CaseRecord) -> Vec<HistoryEntry> {
    let entries = record.history.iter().rev();
    entries
        .map(|entry| {
            let event = &entry.event;
            let user = event.user_id.as_deref();
            HistoryEntry {
                at: format::business(&event.on_date, event.at),
                who: user.map_or_else(|| say("the-system"), |id| record.name(id)),
                what: words::action(&event.action),
                detail: words::particulars(&event.detail, |id| record.name(id)),
            }
        })
        .collect()
}

fn documents(record: &CaseRecord) -> Vec<DocumentLink> {
    let permit = record.permit.iter().map(|number| DocumentLink {
        name: phrase("document-permit").with("number", number).to_string(),
        kind: "PDF/A".to_owned(),
        href: format!("/cases/{}/permit.pdf", record.case.id),
    });
    let papers = record.papers.iter().map(|paper| DocumentLink {
        name: format!("{} {}", paper.title, paper.number),
        kind: format!("PDF/A · {}", format::bytes(paper.bytes)),
        href: format!("/cases/{}/papers/{}", record.case.id, paper.id),
    });
    papers.chain(permit).collect()
}

/// Why the clock stands still, and since when.
fn stopped(record: &CaseRecord, matter: Option<&Matter>) -> String {
    let Some(stop) = record.stop() else {
        return String::new();
    };
    let stops = matter.map(|matter| matter.stops.as_slice());
    let mut stops = stops.into_iter().flatten();
    let name = stops.find(|one| one.id == stop.reason);
    let name = name.map_or(stop.reason.as_str(), |one| pick(&one.text));
    phrase("clock-stopped-since")
        .with("day", stop.from_on)
        .with("reason", name)
        .to_string()
}
