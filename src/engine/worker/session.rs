//! The model in hand: opened, warmed up, asked for predictions, tested.

use crate::{
    engine::browser::{
        device::Chosen,
        opened::{self, Opened},
    },
    mask::{Grid, Mask},
    methods::AnyMethod,
    picture::Picture,
    platform::now_ms,
    predict::{self, Predicted},
    protocol::{DeviceReport, ModelInfo},
    weights::{Header, check::TOLERANCE},
};

/// A median wants some predictions, but not for longer than this.
const TIMED_MS: f64 = 600.0;
/// At most so many.
const TIMED: usize = 9;

/// A model that is open.
#[derive(Debug)]
pub struct Session {
    model: AnyMethod,
    header: Option<Header>,
    /// For its card.
    pub info: ModelInfo,
}

impl Session {
    /// Opens weights on the device.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn open(name: &str, bytes: &[u8], chosen: &Chosen) -> Result<Self, String> {
        let Opened { model, header, info } = opened::open(name, bytes, chosen)?;
        Ok(Self { model, header, info })
    }

    /// A mask on this model's grid.
    ///
    /// # Errors
    /// A sentence, where the mask contradicts itself.
    pub fn fit(&self, mask: &Mask) -> Result<Mask, String> {
        let Grid { rows, columns } = mask.grid;
        if rows.checked_mul(columns) != Some(mask.hidden.len()) || mask.hidden.is_empty() {
            return Err(format!(
                "A mask of {rows} by {columns} patches cannot hold {} marks.",
                mask.hidden.len()
            ));
        }
        Ok(if mask.grid == self.info.grid {
            mask.clone()
        } else {
            mask.scaled_to(self.info.grid)
        })
    }

    /// One prediction.
    ///
    /// # Errors
    /// A sentence.
    pub async fn predict(&self, picture: &Picture, mask: &Mask, chosen: &Chosen) -> Result<Predicted, String> {
        predict::predict(&self.model, picture, mask, &chosen.device)
            .await
            .map_err(|reason| reason.to_string())
    }

    /// Runs the self-test against the answer in the file, and times predictions.
    ///
    /// # Errors
    /// A sentence.
    pub async fn check(&self, chosen: &Chosen) -> Result<DeviceReport, String> {
        let stored = self.header.as_ref().and_then(|header| header.check.as_ref());
        let answer = predict::self_test(&self.model, &chosen.device)
            .await
            .map_err(|reason| reason.to_string())?;
        let error = stored.map(|test| test.error(&answer));
        let right = match error {
            Some(error) => error <= TOLERANCE,
            None => answer.iter().all(|value| value.is_finite()),
        };
        let ms = self.median_ms(chosen).await?;
        Ok(DeviceReport {
            device: chosen.kind,
            adapter: chosen.adapter.clone(),
            error,
            right,
            ms,
        })
    }

    /// Median time of one prediction with the right half hidden, milliseconds.
    async fn median_ms(&self, chosen: &Chosen) -> Result<f32, String> {
        let picture = Picture::grey(self.info.size_px, self.info.size_px, 0.5);
        let columns = self.info.grid.columns;
        let mask = Mask::by(self.info.grid, |_, column| 2 * column >= columns);
        let began = now_ms();
        let mut times = Vec::new();
        while times.is_empty() || (times.len() < TIMED && now_ms() - began < TIMED_MS) {
            let start = now_ms();
            self.predict(&picture, &mask, chosen).await?;
            times.push((now_ms() - start) as f32);
        }
        times.sort_by(f32::total_cmp);
        Ok(times[times.len() / 2])
    }
}
