//! One file or folder per page. A page shows what the live world holds and says what the server refused;
//! it never shows what it merely hopes for.

mod account;
mod activity;
mod create_instance;
mod instance;
mod instances;
mod node_form;
mod nodes;
mod not_found;
mod people;
mod reset_password;
mod set_up;
mod settings;
mod sign_in;
mod sign_up;
mod ssh_keys;
mod terminal;
mod tokens;
mod visit;

pub(crate) use account::Account;
pub(crate) use activity::{Activity, ActivityOf, Chosen};
pub(crate) use create_instance::{CreateInstance, Draft};
pub(crate) use instance::Instance;
pub(crate) use instances::{Instances, Listed, Seen};
pub(crate) use nodes::Nodes;
pub(crate) use not_found::NotFound;
pub(crate) use people::People;
pub(crate) use reset_password::ResetPassword;
pub(crate) use set_up::SetUp;
pub(crate) use settings::Settings;
pub(crate) use sign_in::SignIn;
pub(crate) use sign_up::SignUp;
pub(crate) use ssh_keys::SshKeys;
pub(crate) use terminal::Terminal;
pub(crate) use tokens::Tokens;
pub(crate) use visit::Visit;
