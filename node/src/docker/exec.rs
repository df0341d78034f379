//! Programs that are run in a container beside what it runs by itself.

use std::pin::Pin;

use bollard::container::LogOutput;
use bollard::exec::{ResizeExecOptions, StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use futures_util::{Stream, StreamExt as _};
use tokio::io::AsyncWrite;
use tokio::time::timeout;

use super::meaning::meaning;
use super::output::Output;
use super::{Engine, EngineError, Link, limits, raw};

/// Bytes of output that are taken over at once.
const OUTPUT: usize = 64 << 10;
/// Who it runs as, whatever the image says.
const USER: &str = "root";

/// What is to be run. There is no shell unless it is named.
#[derive(Debug, Clone, Default)]
pub struct Program {
    pub arguments: Vec<String>,
    pub environment: Vec<String>,
    /// Columns and rows of a terminal, if it is to have one.
    pub terminal: Option<(u16, u16)>,
}

/// A program that runs.
pub struct Running {
    pub id: String,
    pub output: Pin<Box<dyn Stream<Item = Result<Output, EngineError>> + Send>>,
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
}

impl Engine {
    /// Runs it in the container of that name.
    pub async fn exec(&self, container: &str, program: Program) -> Result<Running, EngineError> {
        let Link { docker, api, .. } = self.link().await?;
        let Program { arguments, environment, terminal } = program;
        let tty = terminal.is_some();
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(tty),
            console_size: terminal.map(|(columns, rows)| vec![usize::from(rows), usize::from(columns)]),
            cmd: Some(arguments),
            env: Some(environment),
            user: Some(USER.to_owned()),
            // What any other path means there is the instance's to say, and the engine would follow it before the
            // program is inside.
            working_dir: Some("/".to_owned()),
            ..ExecConfig::default()
        };
        let made = self.within(limits::CREATE, docker.create_exec(container, config)).await?;
        if tty {
            let started = timeout(limits::START, raw::start(&self.shared.socket, &api, &made.id)).await;
            let late = |_| EngineError::Unknown(format!("no answer within {} s", limits::START.as_secs()));
            let (output, input) = started.map_err(late)??;
            return Ok(Running { id: made.id, output: Box::pin(output), input: Box::pin(input) });
        }
        let how = StartExecOptions { detach: false, tty, output_capacity: Some(OUTPUT) };
        let socket = self.shared.socket.clone();
        match self.within(limits::START, docker.start_exec(&made.id, Some(how))).await? {
            StartExecResults::Attached { output, input } => {
                let output = output.map(move |piece| match piece {
                    Ok(LogOutput::StdErr { message }) => Ok(Output::Error(message)),
                    Ok(
                        LogOutput::StdOut { message } | LogOutput::Console { message } | LogOutput::StdIn { message },
                    ) => Ok(Output::Out(message)),
                    Err(error) => Err(meaning(&socket, &error)),
                });
                Ok(Running { id: made.id, output: Box::pin(output), input })
            }
            StartExecResults::Detached => Err(EngineError::Unknown("the engine did not attach to it".to_owned())),
        }
    }

    pub async fn resize(&self, exec: &str, columns: u16, rows: u16) -> Result<(), EngineError> {
        let docker = self.link().await?.docker;
        let size = ResizeExecOptions { height: rows, width: columns };
        self.within(limits::ASK, docker.resize_exec(exec, size)).await
    }

    /// What a program ended with; `None` while it runs.
    pub async fn exit_code(&self, exec: &str) -> Result<Option<i64>, EngineError> {
        let docker = self.link().await?.docker;
        Ok(self.within(limits::ASK, docker.inspect_exec(exec)).await?.exit_code)
    }
}
