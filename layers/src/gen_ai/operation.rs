//! What a call does.

use std::fmt;

/// What a call does: the `gen_ai_operation_name` label, of the convention's closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `chat`: a chat completion.
    Chat,
    /// `create_agent`
    CreateAgent,
    /// `create_memory`
    CreateMemory,
    /// `create_memory_store`
    CreateMemoryStore,
    /// `delete_memory`
    DeleteMemory,
    /// `delete_memory_store`
    DeleteMemoryStore,
    /// `embeddings`
    Embeddings,
    /// `execute_tool`; see [`GenAi::tool`](super::GenAi::tool).
    ExecuteTool,
    /// `generate_content`: content of several kinds.
    GenerateContent,
    /// `invoke_agent`
    InvokeAgent,
    /// `invoke_workflow`
    InvokeWorkflow,
    /// `plan`: an agent plans, or takes its task apart.
    Plan,
    /// `retrieval`: a search, as in a store of vectors.
    Retrieval,
    /// `search_memory`
    SearchMemory,
    /// `text_completion`: a completion of a text, as by older interfaces.
    TextCompletion,
    /// `update_memory`
    UpdateMemory,
    /// `upsert_memory`
    UpsertMemory,
}

// === impl Operation ===

impl Operation {
    /// Every operation, for tables and tests.
    pub const ALL: &[Self] = &[
        Self::Chat,
        Self::CreateAgent,
        Self::CreateMemory,
        Self::CreateMemoryStore,
        Self::DeleteMemory,
        Self::DeleteMemoryStore,
        Self::Embeddings,
        Self::ExecuteTool,
        Self::GenerateContent,
        Self::InvokeAgent,
        Self::InvokeWorkflow,
        Self::Plan,
        Self::Retrieval,
        Self::SearchMemory,
        Self::TextCompletion,
        Self::UpdateMemory,
        Self::UpsertMemory,
    ];

    /// The word for it in labels, spans and lines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::CreateAgent => "create_agent",
            Self::CreateMemory => "create_memory",
            Self::CreateMemoryStore => "create_memory_store",
            Self::DeleteMemory => "delete_memory",
            Self::DeleteMemoryStore => "delete_memory_store",
            Self::Embeddings => "embeddings",
            Self::ExecuteTool => "execute_tool",
            Self::GenerateContent => "generate_content",
            Self::InvokeAgent => "invoke_agent",
            Self::InvokeWorkflow => "invoke_workflow",
            Self::Plan => "plan",
            Self::Retrieval => "retrieval",
            Self::SearchMemory => "search_memory",
            Self::TextCompletion => "text_completion",
            Self::UpdateMemory => "update_memory",
            Self::UpsertMemory => "upsert_memory",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
