//! The recorder of the world.

use crate::world::World;
use postern_pipeline::Recorder;
use postern_types::Fault;
use postern_types::recorder::{
    AdminAnswer, AdminQuestion, AdminReply, RecorderCall, RecorderResult, RecorderState,
    RecordingPlan, RequestRecord,
};

impl Recorder for World {
    fn recording_plan(&self) -> Result<RecordingPlan, Fault> {
        Ok(RecordingPlan { synchronous: false, refuses: false })
    }

    fn accepts(&self) -> Result<(), Fault> {
        Ok(())
    }

    async fn keep_record(&self, record: RequestRecord) -> Result<Vec<RecorderCall>, Fault> {
        self.kept(record);
        Ok(Vec::new())
    }

    async fn done(&self, _: Vec<RecorderResult>) -> Vec<RecorderCall> {
        Vec::new()
    }

    async fn ask(&self, _: AdminQuestion, _: Vec<RecorderResult>) -> Result<AdminReply, Fault> {
        Ok(AdminReply::Answer(AdminAnswer {
            status: 200,
            content_type: "application/json".to_owned(),
            headers: Vec::new(),
            body: "{}".to_owned(),
        }))
    }

    async fn recorder_ready(&self) -> Result<RecorderState, Fault> {
        Ok(RecorderState {
            queued_records: 0,
            queued_bytes: 0,
            written_records: 0,
            dropped_records: 0,
            dropped_calls: 0,
            lost_records: 0,
            last_write_unix_ms: None,
            problem: None,
        })
    }
}
