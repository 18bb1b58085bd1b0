//! A module's numbers under their module paths, in and out.

use std::collections::HashMap;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Tensor, TensorData},
};

/// Every parameter of `module` under its path, in the module's own order and layout, as stored on the host. Waits for
/// the device: not for the browser.
pub fn state(module: &impl Module) -> Vec<(String, TensorData)> {
    let mut reader = Reader {
        path: Vec::new(),
        found: Vec::new(),
    };
    module.visit(&mut reader);
    reader.found
}

/// `module` with the numbers of `state`, which must hold every parameter, of its shape, and nothing else. Devices,
/// parameter ids and what is trained stay as they are.
///
/// # Errors
/// The first tensor that is missing, of another shape or left over.
pub fn with_state<M: Module>(module: M, state: Vec<(String, TensorData)>) -> Result<M, StateError> {
    let mut writer = Writer {
        path: Vec::new(),
        left: state.into_iter().collect(),
        problem: None,
    };
    let module = module.map(&mut writer);
    if let Some(problem) = writer.problem {
        return Err(problem);
    }
    match writer.left.into_keys().min() {
        Some(name) => Err(StateError::Unmatched { name }),
        None => Ok(module),
    }
}

struct Reader {
    path: Vec<String>,
    found: Vec<(String, TensorData)>,
}

impl ModuleVisitor for Reader {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push(part(name, container));
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found.push((join(&self.path), param.val().into_data()));
    }
}

struct Writer {
    path: Vec<String>,
    left: HashMap<String, TensorData>,
    problem: Option<StateError>,
}

impl ModuleMapper for Writer {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.push(part(name, container));
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = join(&self.path);
        let Some(data) = self.left.remove(&name) else {
            self.problem.get_or_insert(StateError::Missing { name });
            return param;
        };
        let wanted = param.lazy_shape();
        if *data.shape() != wanted {
            self.problem.get_or_insert(StateError::Shape {
                name,
                found: data.shape().to_vec(),
                wanted: wanted.to_vec(),
            });
            return param;
        }
        let (trained, dtype) = (param.is_require_grad(), param.val().dtype());
        param.map(|old| Tensor::from_data(data.convert_dtype(dtype), &old.device()).set_require_grad(trained))
    }
}

fn part(name: &str, container: &str) -> String {
    if container.starts_with("Enum") {
        String::new()
    } else {
        name.to_owned()
    }
}

/// Names from the root down. An enum's variant is no part of them: which network it is, a header says.
fn join(path: &[String]) -> String {
    let parts: Vec<&str> = path.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(".")
}

/// Why a state does not fit a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// A parameter that the state lacks.
    #[error("tensor \"{name}\" is missing")]
    Missing {
        /// Module path.
        name: String,
    },
    /// A tensor that belongs nowhere.
    #[error("tensor \"{name}\" belongs to no part of this network")]
    Unmatched {
        /// Module path.
        name: String,
    },
    /// A tensor of another shape.
    #[error("tensor \"{name}\" is {found:?}, this network's is {wanted:?}")]
    Shape {
        /// Module path.
        name: String,
        /// In the state.
        found: Vec<usize>,
        /// In the network.
        wanted: Vec<usize>,
    },
}
