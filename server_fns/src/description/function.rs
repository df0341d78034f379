//! What a server function takes and gives, by the names of types that the compiler compares with its signature.

use dioxus::fullstack::Json;

use crate::ApiError;
use crate::live::Listening;

/// A server function with arguments `A`.
pub(super) trait Function<A> {
    type Body;
    type Answer;
}

/// What one argument is: the body, or a part of the address.
pub(super) trait Argument {
    type Body;
}

pub(super) struct NoBody;

impl<T> Argument for Json<T> {
    type Body = T;
}

macro_rules! in_address {
    ($($kind:ty),+ $(,)?) => {$(
        impl Argument for $kind {
            type Body = NoBody;
        }
    )+};
}

in_address!(
    model::forward::Place,
    model::forward::Protocol,
    model::id::InstanceId,
    model::id::InviteId,
    model::id::NodeId,
    model::id::PersonId,
    model::id::SessionId,
    model::id::SshKeyId,
    model::id::TokenId,
    u16,
    Option<u32>,
    String,
    Option<String>,
    Listening,
);

macro_rules! functions {
    ($(($($before:ident)* ; $last:ident))+) => {$(
        impl<F, Fut, R, $($before,)* $last> Function<($($before,)* $last,)> for F
        where
            F: Fn($($before,)* $last) -> Fut,
            Fut: Future<Output = Result<R, ApiError>>,
            $last: Argument,
        {
            type Body = $last::Body;
            type Answer = R;
        }
    )+};
}

impl<F: Fn() -> Fut, Fut: Future<Output = Result<R, ApiError>>, R> Function<()> for F {
    type Body = NoBody;
    type Answer = R;
}

// The body comes last.
functions!((; A) (A; B) (A B; C) (A B C; D) (A B C D; E));

/// Compiles where the function has these types.
pub(super) const fn has<A, Body, Answer>(_: &impl Function<A, Body = Body, Answer = Answer>) {}

/// `instances::create(CreateInstance) -> InstanceView`. The types are named as in `schemas.json`.
macro_rules! function {
    ($($path:ident)::+ () -> $($answer:tt)+) => {{
        const _: () = $crate::description::function::has::<
            _, $crate::description::function::NoBody, $crate::description::function::answer!(type $($answer)+),
        >(&crate::$($path)::+);
        $crate::description::endpoint::Shape {
            takes: $crate::description::endpoint::Takes::Nothing,
            gives: $crate::description::function::answer!($($answer)+),
        }
    }};
    ($($path:ident)::+ ($body:ident) -> $($answer:tt)+) => {{
        const _: () = $crate::description::function::has::<
            _, $body, $crate::description::function::answer!(type $($answer)+),
        >(&crate::$($path)::+);
        $crate::description::endpoint::Shape {
            takes: $crate::description::endpoint::Takes::Json(stringify!($body)),
            gives: $crate::description::function::answer!($($answer)+),
        }
    }};
}

macro_rules! answer {
    (type ()) => { () };
    (type [$one:ident]) => { Vec<$one> };
    (type Created<$one:ident>) => { model::view::Created<$one> };
    (type $one:ident) => { $one };
    (()) => { $crate::description::endpoint::Gives::Nothing };
    ([$one:ident]) => { $crate::description::endpoint::Gives::Many(stringify!($one)) };
    (Created<$one:ident>) => { $crate::description::endpoint::Gives::One(concat!("Created", stringify!($one))) };
    ($one:ident) => { $crate::description::endpoint::Gives::One(stringify!($one)) };
}

pub(super) use {answer, function};
