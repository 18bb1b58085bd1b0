//! Embeddings into files: safetensors, NumPy and Parquet, each with what is known of its rows.

use std::{collections::HashMap, path::Path, sync::Arc};

use parquet::{
    basic::{LogicalType, Repetition, Type as Physical},
    data_type::{ByteArray, ByteArrayType, FloatType, Int64Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};
use safetensors::{Dtype, tensor::TensorView};

use super::{
    open,
    out::{Failure, Outcome},
};

/// Rows of embeddings.
#[derive(Debug, Default)]
pub struct Table {
    /// Numbers in a row.
    pub dim: usize,
    /// `[rows, dim]`.
    pub values: Vec<f32>,
    /// What is known of each.
    pub rows: Vec<Row>,
}

/// What is known of a row.
#[derive(Debug)]
pub struct Row {
    /// Number in its source.
    pub index: usize,
    /// As the source calls it.
    pub name: String,
    /// Its class.
    pub label: Option<usize>,
}

type Write = Box<dyn Fn(&Table) -> Outcome>;

/// What writes to `path`, told by the name's ending.
pub fn writer(path: &Path) -> Result<Write, Failure> {
    let path = path.to_owned();
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("safetensors") => Ok(Box::new(move |table| safetensors(&path, table))),
        Some("npy") => Ok(Box::new(move |table| npy(&path, table))),
        Some("parquet") => Ok(Box::new(move |table| parquet(&path, table))),
        _ => Err(Failure::Usage(format!(
            "{} has an ending that says no format; end it with .safetensors, .npy or .parquet",
            path.display()
        ))),
    }
}

fn failed(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::Failed(format!("{} cannot be written: {error}; choose another place", path.display()))
}

/// Tensors `embeddings` `[rows, dim]`, `index` and `label` (-1 for none) `[rows]`; names as JSON in the metadata.
fn safetensors(path: &Path, table: &Table) -> Outcome {
    let rows = table.rows.len();
    let values: Vec<u8> = table.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let whole = |of: &dyn Fn(&Row) -> i64| table.rows.iter().flat_map(|row| of(row).to_le_bytes()).collect::<Vec<u8>>();
    let (index, label) = (whole(&|row| row.index as i64), whole(&label));
    let names: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
    let about = HashMap::from([("names".to_owned(), serde_json::to_string(&names)?)]);
    let views = [
        ("embeddings", TensorView::new(Dtype::F32, vec![rows, table.dim], &values)?),
        ("index", TensorView::new(Dtype::I64, vec![rows], &index)?),
        ("label", TensorView::new(Dtype::I64, vec![rows], &label)?),
    ];
    let bytes = safetensors::serialize(views, Some(about)).map_err(|error| failed(path, error))?;
    open::write(path, &bytes)
}

fn label(row: &Row) -> i64 {
    row.label.map_or(-1, |label| label as i64)
}

/// The embeddings alone: the format has one array a file.
fn npy(path: &Path, table: &Table) -> Outcome {
    use npyz::WriterBuilder;
    let mut bytes = Vec::new();
    let shape = [table.rows.len() as u64, table.dim as u64];
    let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
    let mut writer = options.writer(&mut bytes).begin_nd().map_err(|error| failed(path, error))?;
    writer.extend(table.values.iter().copied()).map_err(|error| failed(path, error))?;
    writer.finish().map_err(|error| failed(path, error))?;
    open::write(path, &bytes)
}

/// Columns `index`, `name`, `label` and `embedding`, a list of floats.
fn parquet(path: &Path, table: &Table) -> Outcome {
    let made = || -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema()?), Arc::new(WriterProperties::new()))?;
        let mut group = writer.next_row_group()?;
        let whole = |of: &dyn Fn(&Row) -> i64| table.rows.iter().map(of).collect::<Vec<i64>>();
        if let Some(mut column) = group.next_column()? {
            column
                .typed::<Int64Type>()
                .write_batch(&whole(&|row| row.index as i64), None, None)?;
            column.close()?;
        }
        if let Some(mut column) = group.next_column()? {
            let names: Vec<ByteArray> = table.rows.iter().map(|row| row.name.as_str().into()).collect();
            column.typed::<ByteArrayType>().write_batch(&names, None, None)?;
            column.close()?;
        }
        if let Some(mut column) = group.next_column()? {
            let known: Vec<i64> = table.rows.iter().filter_map(|row| Some(row.label? as i64)).collect();
            let defined: Vec<i16> = table.rows.iter().map(|row| i16::from(row.label.is_some())).collect();
            column.typed::<Int64Type>().write_batch(&known, Some(&defined), None)?;
            column.close()?;
        }
        if let Some(mut column) = group.next_column()? {
            // A list's first element starts a new row, the others go on with it.
            let goes_on: Vec<i16> = (0..table.values.len()).map(|at| i16::from(at % table.dim.max(1) > 0)).collect();
            let defined = vec![1; table.values.len()];
            column
                .typed::<FloatType>()
                .write_batch(&table.values, Some(&defined), Some(&goes_on))?;
            column.close()?;
        }
        group.close()?;
        Ok(writer.into_inner()?)
    };
    open::write(path, &made().map_err(|error| failed(path, error))?)
}

fn schema() -> parquet::errors::Result<Type> {
    let column = |name, physical, logical, repetition| {
        let builder = Type::primitive_type_builder(name, physical).with_repetition(repetition);
        builder.with_logical_type(logical).build().map(Arc::new)
    };
    let element = column("element", Physical::FLOAT, None, Repetition::REQUIRED)?;
    let list = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![element])
        .build()?;
    let embedding = Type::group_type_builder("embedding")
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::List))
        .with_fields(vec![Arc::new(list)])
        .build()?;
    Type::group_type_builder("schema")
        .with_fields(vec![
            column("index", Physical::INT64, None, Repetition::REQUIRED)?,
            column("name", Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED)?,
            column("label", Physical::INT64, None, Repetition::OPTIONAL)?,
            Arc::new(embedding),
        ])
        .build()
}
