//! What the clerk typed, checked field by field so that everything wrong is told at once. The
//! same rules are applied again when the case is registered.

use field_core::rules::identifier::check_credit_code;
use field_core::rules::{Library, Matter};

use super::register::{ApplicationRegister, ScopeGroup, Typed};
use crate::cases::{Application, Place, Refusal, TEXT_CHARS};
use crate::error::AppError;
use crate::locale::{phrase, pick, say};
use crate::office::page::Fields;
use crate::office::view::{Choice, Errors, Shell};
use crate::office::words;

/// Everything a form holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entered {
    pub(crate) typed: Typed,
    pub(crate) class: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) features: Vec<String>,
    pub(crate) materials: Vec<String>,
}

impl Entered {
    /// Takes the fields of a sent form.
    pub(crate) fn of(fields: &Fields) -> Self {
        Self {
            typed: Typed {
                applicant: fields.text("applicant"),
                credit_code: fields.text("credit_code").to_ascii_uppercase(),
                representative: fields.text("representative"),
                contact: fields.text("contact"),
                phone: fields.text("phone"),
                address: fields.text("address"),
                latitude: fields.text("latitude"),
                longitude: fields.text("longitude"),
            },
            class: fields.text("class"),
            scopes: fields.all("scopes"),
            features: fields.all("features"),
            materials: fields.all("materials"),
        }
    }

    /// The application, or everything that is wrong with it.
    pub(crate) fn application(&self, matter: &Matter) -> Result<Application, Errors> {
        let mut errors = Errors::default();
        self.check_scopes(matter, &mut errors);
        let typed = &self.typed;
        for (field, text, ask) in [
            ("applicant", &typed.applicant, say("wrong-applicant")),
            (
                "representative",
                &typed.representative,
                say("wrong-representative"),
            ),
            ("contact", &typed.contact, say("wrong-contact")),
            ("address", &typed.address, say("wrong-address")),
        ] {
            if text.is_empty() {
                errors.add(field, ask);
            } else if text.chars().count() > TEXT_CHARS {
                errors.add(
                    field,
                    phrase("wrong-too-long")
                        .with("text-chars", TEXT_CHARS)
                        .to_string(),
                );
            }
        }
        if check_credit_code(&typed.credit_code).is_err() {
            errors.add("credit_code", say("wrong-credit-code"));
        }
        let digits = typed.phone.bytes().filter(u8::is_ascii_digit).count();
        if !(7..=15).contains(&digits) {
            errors.add("phone", say("wrong-phone"));
        }
        let place = self.place(&mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Application {
            applicant: typed.applicant.clone(),
            credit_code: typed.credit_code.clone(),
            address: typed.address.clone(),
            legal_representative: typed.representative.clone(),
            contact: typed.contact.clone(),
            phone: typed.phone.clone(),
            scopes: self.scopes.clone(),
            features: self.features.clone(),
            place,
        })
    }

    fn check_scopes(&self, matter: &Matter, errors: &mut Errors) {
        if matter.class(&self.class).is_none() {
            errors.add("class", say("wrong-class"));
            return;
        }
        if self.scopes.is_empty() {
            errors.add("scopes", say("wrong-scopes"));
        }
        let foreign = self.scopes.iter().any(|code| {
            let scope = matter.scopes.iter().find(|scope| scope.code == *code);
            scope.is_none_or(|scope| scope.class != self.class)
        });
        if foreign {
            errors.add("scopes", say("wrong-scopes-foreign"));
        }
    }

    fn place(&self, errors: &mut Errors) -> Option<Place> {
        let typed = &self.typed;
        if typed.latitude.is_empty() && typed.longitude.is_empty() {
            return None;
        }
        let mut read = |field: &str, text: &str, limit: f64| {
            let value = text.parse::<f64>().ok().filter(|one| one.abs() <= limit);
            if value.is_none() {
                errors.add(
                    field,
                    phrase("wrong-place").with("limit", limit).to_string(),
                );
            }
            value
        };
        let latitude = read("latitude", &typed.latitude, 90.0);
        let longitude = read("longitude", &typed.longitude, 180.0);
        Some(Place {
            latitude: latitude?,
            longitude: longitude?,
        })
    }
}

/// The ticked materials that this application asks for; a paper too many is handed back.
pub(crate) fn demanded(
    matter: &Matter,
    application: &Application,
    ticked: &[String],
) -> Vec<String> {
    let scopes = application.scopes.iter().map(String::as_str);
    let features = application.features.iter().map(String::as_str);
    let Ok(profile) = matter.profile(scopes, features) else {
        return ticked.to_vec();
    };
    let demanded = matter.materials_for(&profile);
    demanded
        .map(|material| material.id.clone())
        .filter(|id| ticked.contains(id))
        .collect()
}

/// The field a refusal of the service belongs to.
pub(crate) const fn field_of(error: &AppError) -> &'static str {
    match error {
        AppError::Refused(Refusal::UnknownMaterial { .. }) => "materials",
        AppError::Refused(Refusal::Matter(_) | Refusal::Profile(_)) => "scopes",
        _ => "applicant",
    }
}

/// The form with what was entered.
pub(crate) fn form(
    shell: Shell,
    matter: &Matter,
    features: &[(String, String)],
    entered: Entered,
    errors: Errors,
) -> ApplicationRegister {
    let choice = |value: &str, label: &str, hint: &str, chosen: &[String]| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: hint.to_owned(),
        checked: chosen.iter().any(|one| one == value),
    };
    // A class without conditions of its own cannot be verified on site, so it is not offered.
    let classes: Vec<_> = matter
        .classes
        .iter()
        .filter(|class| class.part.is_some())
        .collect();
    let chosen = [entered.class.clone()];
    let materials = |special: bool| {
        let some = matter.materials.iter();
        some.filter(|one| one.features.is_empty() != special)
            .map(|one| choice(&one.id, pick(&one.text), "", &entered.materials))
            .collect()
    };
    ApplicationRegister {
        shell,
        errors,
        matter: pick(&matter.text).to_owned(),
        groups: classes
            .iter()
            .map(|class| ScopeGroup {
                class: class.id.clone(),
                label: pick(&class.text).to_owned(),
                shown: class.id == entered.class,
                scopes: matter
                    .scopes
                    .iter()
                    .filter(|scope| scope.class == class.id)
                    .map(|scope| choice(&scope.code, pick(&scope.text), "", &entered.scopes))
                    .collect(),
            })
            .collect(),
        classes: classes
            .iter()
            .map(|class| choice(&class.id, pick(&class.text), "", &chosen))
            .collect(),
        features: features
            .iter()
            .map(|(id, text)| choice(id, text, "", &entered.features))
            .collect(),
        materials: materials(false),
        special_materials: materials(true),
        typed: entered.typed,
    }
}

/// What besides vehicle types decides which items are checked: the features of the rulesets in
/// force that no scope brings with it.
pub(crate) fn features(
    library: &Library,
    matter: &Matter,
    day: field_core::rules::Date,
) -> Vec<(String, String)> {
    let mut features: Vec<(String, String)> = Vec::new();
    for part in matter
        .classes
        .iter()
        .filter_map(|class| class.part.as_ref())
    {
        let Ok(ruleset) = library.ruleset_in_force(part, day) else {
            continue;
        };
        for term in &ruleset.features {
            let by_scope = matter
                .scopes
                .iter()
                .any(|scope| scope.feature.as_deref() == Some(term.id.as_str()));
            if !by_scope && !features.iter().any(|(id, _)| *id == term.id) {
                features.push((term.id.clone(), pick(&term.text).to_owned()));
            }
        }
    }
    // What only the materials know, such as a chain's outlet.
    for feature in matter.materials.iter().flat_map(|one| &one.features) {
        let by_scope = matter
            .scopes
            .iter()
            .any(|scope| scope.feature.as_ref() == Some(feature));
        if !by_scope && !features.iter().any(|(id, _)| id == feature) {
            features.push((feature.clone(), words::feature(feature)));
        }
    }
    features
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered() -> Entered {
        Entered::of(&Fields::of(&[
            ("class", "class-2"),
            ("scopes", "04203"),
            ("applicant", " 某某汽修 "),
            ("credit_code", "91350100m000100y43"),
            ("representative", "己"),
            ("contact", "庚"),
            ("phone", "0579-8712 3456"),
            ("address", "某某市某某路 8 号"),
            ("latitude", "28.8895"),
            ("longitude", "120.0381"),
        ]))
    }

    fn matter(library: &Library) -> &Matter {
        library.matter("repair-permit").expect("it is built in")
    }

    #[test]
    fn a_complete_form_becomes_an_application() {
        let library = Library::embedded().unwrap();
        let application = entered().application(matter(&library)).unwrap();
        assert_eq!(application.applicant, "某某汽修");
        assert_eq!(application.credit_code, "91350100M000100Y43");
        assert!(application.check(matter(&library)).is_ok());
        assert_eq!(application.place.unwrap().latitude, 28.8895);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let library = Library::embedded().unwrap();
        let wrong = Entered::default()
            .application(matter(&library))
            .unwrap_err();
        let fields: Vec<_> = wrong.0.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "class",
                "applicant",
                "representative",
                "contact",
                "address",
                "credit_code",
                "phone"
            ]
        );
        let mut other = entered();
        other.scopes.push("04101".to_owned());
        other.typed.longitude = "1000".to_owned();
        let wrong = other.application(matter(&library)).unwrap_err();
        assert!(wrong.of("scopes").is_some() && wrong.of("longitude").is_some());
        assert_eq!(wrong.0.len(), 2);
    }
}
