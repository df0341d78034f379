//! The shapes of the API as JSON Schema, of the types themselves: `schemas.json` of `server_fns`, which the server
//! serves within its description, is written by this test and never by hand.

use std::path::Path;

use model::enrolment::{Enrol, Enrolled, EnrolmentCode};
use model::event::{EventPage, EventView, InstanceEvent, Topic};
use model::explain::Explanation;
use model::forward::{Place, Protocol};
use model::id::{InstanceId, InviteId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use model::link::Measurement;
use model::live::LiveEvent;
use model::may::Action;
use model::reach::Reach;
use model::refusal::ProblemDetails;
use model::request as asked;
use model::terminal::AskTicket;
use model::ticket::Ticket;
use model::view;
use schemars::generate::{Contract, SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

/// Set, it writes the file instead of comparing it.
const WRITE: &str = "DOCKHOST_WRITE_SCHEMAS";
/// Where the document has them.
const PLACE: &str = "/components/schemas";

/// Every type of a request or of an answer, and all that these have in them.
macro_rules! shapes {
    ($contract:expr; $($shape:ty),+ $(,)?) => {{
        let mut shapes = generator($contract);
        $(named::<$shape>(&mut shapes);)+
        shapes.take_definitions(true)
    }};
}

fn generator(contract: Contract) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.contract = contract;
        settings.definitions_path = PLACE.into();
        settings.meta_schema = None;
    });
    settings.into_generator()
}

/// A type that has no name of its own would stand nowhere.
fn named<T: JsonSchema>(shapes: &mut SchemaGenerator) {
    let schema: Schema = shapes.subschema_for::<T>();
    let place = schema.get("$ref").and_then(Value::as_str).unwrap_or_default();
    assert!(place.starts_with(&format!("#{PLACE}/")), "{}: {place}", T::schema_name());
}

fn all() -> Map<String, Value> {
    let mut all = shapes![Contract::Deserialize;
        asked::SignUp, asked::SignIn, asked::ChangePassword, asked::ChangeEmail, asked::ProveSession,
        asked::ResetPassword, asked::SetAdministrator, asked::SuspendPerson, asked::RemovePerson, asked::AddSshKey,
        asked::MayManage, asked::ProveSshKey, asked::CreateToken, asked::RegisterNode, asked::DrainNode,
        asked::CreateInstance, asked::DeclarePort, asked::OpenForward, asked::Visit, asked::SetDoor, asked::AskLink,
        asked::LetIn, asked::StartOnConnect, asked::ChangeSettings, AskTicket, Enrol, InstanceId, InviteId, NodeId, PersonId,
        SessionId, SshKeyId, TokenId, Place, Protocol, Topic, asked::AskSignIn, asked::FetchToken, asked::GrantSignIn,
    ];
    let answers = shapes![Contract::Serialize;
        view::Welcome, view::SignedIn, view::PersonView, view::PersonRow, view::SessionView, view::TokenView,
        view::Created<view::TokenView>, view::Created<view::InviteView>, view::Created<view::ResetLink>,
        view::InviteView, view::SshKeyView, view::KeyChallenge, view::NodeView, view::NodeKey, view::InstanceView,
        view::LinkView, view::VisitView, view::GatewayView, view::ImageView, EnrolmentCode, Enrolled, Measurement,
        EventPage, EventView, InstanceEvent, Explanation, Reach, Ticket, LiveEvent, asked::Settings, ProblemDetails,
        Action, view::SignInAsked, view::SignInAnswer, view::SignInRequestView,
    ];
    for (name, schema) in answers {
        let before = all.insert(name.clone(), schema.clone());
        assert!(before.is_none_or(|before| before == schema), "{name} is read in another shape than it is written in");
    }
    all
}

#[test]
fn the_description_has_the_shapes_of_the_types() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/description/schemas.json");
    let schemas = serde_json::to_string_pretty(&all()).unwrap() + "\n";
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, &schemas).unwrap();
    }
    let read = std::fs::read_to_string(&file).unwrap_or_default();
    let how = format!("{WRITE}=1 cargo test -p model --features schema --test schemas");
    assert!(read == schemas, "{} is of other types. {how} writes it.", file.display());
}
