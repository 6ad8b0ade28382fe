//! Whose model is called.

use std::fmt;

/// Whose model is called: the `gen_ai_provider_name` label.
///
/// The convention's have a constant each, and always their label. Others, such as a gateway of one's own, pass a
/// [cap](super::GenAiBuilder::provider_cap).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Provider<'a>(&'a str);

// === impl Provider ===

impl Provider<'static> {
    /// `anthropic`
    pub const ANTHROPIC: Self = Self("anthropic");
    /// `aws.bedrock`
    pub const AWS_BEDROCK: Self = Self("aws.bedrock");
    /// `azure.ai.inference`
    pub const AZURE_AI_INFERENCE: Self = Self("azure.ai.inference");
    /// `azure.ai.openai`
    pub const AZURE_AI_OPENAI: Self = Self("azure.ai.openai");
    /// `cohere`
    pub const COHERE: Self = Self("cohere");
    /// `deepseek`
    pub const DEEPSEEK: Self = Self("deepseek");
    /// `gcp.gemini`: by way of AI Studio.
    pub const GCP_GEMINI: Self = Self("gcp.gemini");
    /// `gcp.gen_ai`: any of Google's, where it is not known which.
    pub const GCP_GEN_AI: Self = Self("gcp.gen_ai");
    /// `gcp.vertex_ai`
    pub const GCP_VERTEX_AI: Self = Self("gcp.vertex_ai");
    /// `groq`
    pub const GROQ: Self = Self("groq");
    /// `ibm.watsonx.ai`
    pub const IBM_WATSONX_AI: Self = Self("ibm.watsonx.ai");
    /// `mistral_ai`
    pub const MISTRAL_AI: Self = Self("mistral_ai");
    /// `moonshot_ai`
    pub const MOONSHOT_AI: Self = Self("moonshot_ai");
    /// `openai`
    pub const OPENAI: Self = Self("openai");
    /// `perplexity`
    pub const PERPLEXITY: Self = Self("perplexity");
    /// `x_ai`
    pub const X_AI: Self = Self("x_ai");

    /// The providers of the convention.
    pub const WELL_KNOWN: &[Self] = &[
        Self::ANTHROPIC,
        Self::AWS_BEDROCK,
        Self::AZURE_AI_INFERENCE,
        Self::AZURE_AI_OPENAI,
        Self::COHERE,
        Self::DEEPSEEK,
        Self::GCP_GEMINI,
        Self::GCP_GEN_AI,
        Self::GCP_VERTEX_AI,
        Self::GROQ,
        Self::IBM_WATSONX_AI,
        Self::MISTRAL_AI,
        Self::MOONSHOT_AI,
        Self::OPENAI,
        Self::PERPLEXITY,
        Self::X_AI,
    ];
}

impl<'a> Provider<'a> {
    /// A provider by its name. An empty one is none: the label is absent.
    #[must_use]
    pub const fn new(name: &'a str) -> Self {
        Self(name)
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

impl fmt::Display for Provider<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
