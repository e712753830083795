/// The cast of the demo data: models and agents with their habits.
enum DemoCatalogue {
  /// A model with its list price and its pace.
  struct Model: Sendable {
    let price: PriceTable.Price
    /// Milliseconds to the first token, and for each further one.
    let firstToken: Double
    let perToken: Double

    var name: String { price.model }
    var provider: String { price.provider }
  }

  /// An agent: what it does in one run, with what, and how well.
  struct Agent: Sendable {
    let id: String
    /// Index of its usual model, and of the one it uses now and then; nil for an agent that calls no model.
    let models: (usual: Int, other: Int)?
    /// Medians for one call of a model.
    let promptTokens: Double
    let completionTokens: Double
    /// How many times it calls the model at most in one run.
    let calls: Int
    let tools: [String]
    /// It looks up documents first.
    let retrieves: Bool
    /// Mean score of its answers.
    let quality: Double
    let tag: String
    let requests: [String]
    let answers: [String]
  }

  static let models: [Model] = [
    model("gpt-5", firstToken: 900, perToken: 11),
    model("gpt-5-mini", firstToken: 500, perToken: 7),
    model("gpt-4.1", firstToken: 550, perToken: 9),
    model("gpt-4o-mini", firstToken: 380, perToken: 6),
    model("claude-sonnet-4-5", firstToken: 950, perToken: 13),
    model("claude-haiku-4-5", firstToken: 450, perToken: 6),
    model("gemini-2.5-pro", firstToken: 1100, perToken: 9),
    model("gemini-2.5-flash", firstToken: 400, perToken: 4),
  ].compactMap(\.self)

  private static func model(_ name: String, firstToken: Double, perToken: Double) -> Model? {
    PriceTable.listPrices.price(model: name, provider: nil, at: .now).map {
      Model(price: $0, firstToken: firstToken, perToken: perToken)
    }
  }

  static let agents: [Agent] = supportAgents + salesAgents + engineeringAgents + officeAgents

  private static let supportAgents: [Agent] = [
    agent(
      "support-triage",
      (3, 1),
      prompt: 650,
      completion: 60,
      calls: 1,
      tools: ["crm.lookup_customer"],
      quality: 88,
      tag: "support",
      [
        "My invoice shows the wrong amount", "I cannot log in since this morning",
        "The parcel arrived damaged, what now?",
      ],
      [
        "Routed to billing with high priority.", "Routed to account recovery.",
        "Routed to returns; a label was offered.",
      ]
    ),
    agent(
      "support-answer",
      (4, 5),
      prompt: 2400,
      completion: 320,
      calls: 3,
      tools: ["orders.search", "orders.refund"],
      retrieves: true,
      quality: 84,
      tag: "support",
      [
        "Where is my order?", "Can I change the delivery address?",
        "Please cancel my subscription at the end of the month",
      ],
      [
        "The order left our warehouse yesterday and should arrive within two days.",
        "The address can still be changed; I have updated it for you.",
        "The subscription ends with the current period. You will get a confirmation by mail.",
      ]
    ),
    agent(
      "refund-decider",
      (0, 2),
      prompt: 1500,
      completion: 180,
      calls: 2,
      tools: ["orders.search", "payments.history"],
      quality: 86,
      tag: "support",
      ["Refund request for a headset, bought 40 days ago", "Customer asks for a partial refund"],
      ["Approved: within the extended return period.", "Declined: outside the policy, a voucher was offered instead."]
    ),
    agent(
      "voice-summary",
      (7, 3),
      prompt: 3800,
      completion: 240,
      calls: 1,
      tools: [],
      quality: 81,
      tag: "voice",
      ["Transcript of a call of seven minutes about a router", "Transcript of a call about a missing credit note"],
      ["The customer reset the router twice; a technician visits on Tuesday.", "The credit note is on its way."]
    ),
    agent(
      "language-detector",
      nil,
      prompt: 0,
      completion: 0,
      calls: 0,
      tools: ["nlp.detect_language"],
      quality: 95,
      tag: "support",
      ["Guten Morgen, ich habe eine Frage", "Bonjour, où est ma commande ?"],
      ["de", "fr"]
    ),
  ]

  private static let salesAgents: [Agent] = [
    agent(
      "lead-researcher",
      (6, 0),
      prompt: 5200,
      completion: 700,
      calls: 4,
      tools: ["web.search", "web.fetch", "crm.upsert_lead"],
      quality: 77,
      tag: "sales",
      [
        "Who decides about logistics software at a mid-sized retailer?",
        "Find three recent news items about the prospect",
      ],
      [
        "Three contacts found, two with a public profile; the head of operations looks most likely.",
        "Found: a new site, a funding round, a new CTO.",
      ]
    ),
    agent(
      "email-drafter",
      (2, 1),
      prompt: 1100,
      completion: 260,
      calls: 1,
      tools: [],
      quality: 82,
      tag: "sales",
      ["Follow up after the demo of last Thursday", "First contact with a referral from a partner"],
      [
        "Hello, thank you for your time on Thursday. Attached is the summary that you asked for.",
        "Hello, a colleague suggested that I write to you.",
      ]
    ),
    agent(
      "quote-builder",
      (1, 0),
      prompt: 1900,
      completion: 210,
      calls: 2,
      tools: ["catalog.search", "pricing.quote"],
      quality: 87,
      tag: "sales",
      ["Quote for 250 seats, yearly", "Quote for an upgrade from Team to Enterprise"],
      ["250 seats at the volume price, valid for 30 days.", "The upgrade is prorated; the quote is attached."]
    ),
    agent(
      "product-recommender",
      (7, 3),
      prompt: 900,
      completion: 90,
      calls: 1,
      tools: ["catalog.search"],
      retrieves: true,
      quality: 79,
      tag: "commerce",
      ["Running shoes for wide feet, below 120", "A gift for a ten year old who likes chess"],
      ["Three models fit; the first is also in stock in your store.", "A wooden set with a beginner's book."]
    ),
    agent(
      "review-moderator",
      (3, 7),
      prompt: 420,
      completion: 25,
      calls: 1,
      tools: [],
      quality: 91,
      tag: "commerce",
      ["Review: broke after a week, and nobody answers", "Review: best purchase of the year!!!"],
      ["publish", "publish"]
    ),
  ]

  private static let engineeringAgents: [Agent] = [
    agent(
      "code-reviewer",
      (4, 0),
      prompt: 7800,
      completion: 620,
      calls: 3,
      tools: ["git.diff", "git.blame", "ci.status"],
      quality: 83,
      tag: "engineering",
      ["Review pull request: retry failed webhooks", "Review pull request: move settings into the database"],
      [
        "Two findings: the retry has no upper bound, and the test sleeps.",
        "Looks right. One remark about the default value.",
      ]
    ),
    agent(
      "incident-helper",
      (4, 6),
      prompt: 4600,
      completion: 480,
      calls: 4,
      tools: ["logs.search", "metrics.query", "pager.notify"],
      retrieves: true,
      quality: 78,
      tag: "engineering",
      ["Error rate of checkout rises since 14:05", "Disk of the reporting host is filling up"],
      [
        "The rise began with the deployment of 14:02; rolling back is advised.",
        "Old exports take 61 % of the disk; the clean-up job has failed for three days.",
      ]
    ),
    agent(
      "sql-assistant",
      (2, 4),
      prompt: 2100,
      completion: 150,
      calls: 2,
      tools: ["warehouse.explain", "warehouse.run"],
      quality: 85,
      tag: "analytics",
      ["Revenue by country for the last quarter", "Which customers bought twice within a week?"],
      ["SELECT country, sum(amount) FROM sales GROUP BY country", "412 customers; the query is attached."]
    ),
    agent(
      "docs-search",
      (5, 7),
      prompt: 1700,
      completion: 200,
      calls: 1,
      tools: [],
      retrieves: true,
      quality: 86,
      tag: "engineering",
      ["How do I rotate the signing key?", "What is the limit of the batch endpoint?"],
      [
        "Add the new key, wait for the longest token lifetime, then remove the old one.",
        "One thousand records in a request.",
      ]
    ),
    agent(
      "test-writer",
      (0, 4),
      prompt: 3900,
      completion: 1100,
      calls: 3,
      tools: ["git.read_file", "ci.run_tests"],
      quality: 76,
      tag: "engineering",
      ["Tests for the date parser", "Tests for the rate limiter"],
      ["Twelve cases written, two of them fail: the parser accepts February 30.", "Nine cases written, all pass."]
    ),
  ]

  private static let officeAgents: [Agent] = [
    agent(
      "invoice-extractor",
      (7, 1),
      prompt: 2900,
      completion: 310,
      calls: 1,
      tools: ["ocr.read", "erp.post_invoice"],
      quality: 90,
      tag: "finance",
      ["Invoice of two pages in Dutch", "Scan of a receipt, slightly tilted"],
      ["11 fields read; the total agrees with the lines.", "6 fields read; the date needs a look."]
    ),
    agent(
      "contract-analyst",
      (6, 4),
      prompt: 12_500,
      completion: 850,
      calls: 2,
      tools: ["documents.read"],
      retrieves: true,
      quality: 80,
      tag: "legal",
      ["Which notice periods does this contract hold?", "Compare the liability clauses of both drafts"],
      [
        "Three months to the end of a quarter; one month in the first year.",
        "The second draft drops the cap for data breaches.",
      ]
    ),
    agent(
      "meeting-notes",
      (5, 3),
      prompt: 6100,
      completion: 420,
      calls: 1,
      tools: ["calendar.find"],
      quality: 84,
      tag: "office",
      ["Notes of the weekly planning", "Notes of the architecture round"],
      [
        "Five decisions, eight tasks, two of them without an owner.",
        "One decision: the queue stays as it is until spring.",
      ]
    ),
    agent(
      "hr-assistant",
      (1, 5),
      prompt: 1400,
      completion: 170,
      calls: 1,
      tools: ["hr.lookup_policy"],
      retrieves: true,
      quality: 87,
      tag: "office",
      ["How many days of leave can I carry over?", "Who approves a training budget?"],
      ["Up to five days, until the end of March.", "Your lead, up to the yearly amount."]
    ),
    agent(
      "translation",
      (7, 2),
      prompt: 1000,
      completion: 900,
      calls: 1,
      tools: [],
      quality: 89,
      tag: "office",
      ["Translate the release notes into Spanish", "Translate the manual's third chapter into German"],
      ["Las notas de la versión están traducidas.", "Das dritte Kapitel ist übersetzt."]
    ),
  ]

  private static func agent(
    _ id: String,
    _ models: (Int, Int)?,
    prompt: Double,
    completion: Double,
    calls: Int,
    tools: [String],
    retrieves: Bool = false,
    quality: Double,
    tag: String,
    _ requests: [String],
    _ answers: [String]
  ) -> Agent {
    Agent(
      id: id,
      models: models.map { (usual: $0.0, other: $0.1) },
      promptTokens: prompt,
      completionTokens: completion,
      calls: calls,
      tools: tools,
      retrieves: retrieves,
      quality: quality,
      tag: tag,
      requests: requests,
      answers: answers
    )
  }

  static let regions = ["eu-west-1", "us-east-1", "ap-southeast-2"]
  static let channels = ["web", "api", "slack", "mobile"]

  static let modelErrors = [
    "429 Too Many Requests: rate limit reached for requests", "503 Service Unavailable: the model is overloaded",
    "500 Internal Server Error from the provider", "context_length_exceeded: the prompt is too long",
  ]
  static let toolErrors = [
    "tool call failed: connection refused", "tool call failed: 404 Not Found",
    "tool call failed: arguments do not match the schema",
  ]
}
