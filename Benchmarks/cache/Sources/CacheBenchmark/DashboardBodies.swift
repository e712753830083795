import JSON

/// Bodies of the dashboard's four fields, as the resolvers write them for a busy workspace.
enum DashboardBodies {
  static var all: [[UInt8]] { [kpis, alerts, activity, traces] }

  static let workspace = "0b6cf5b0-6c0b-4f0a-9d6e-0f8b1f2a3c4d"
  private static let models = ["gpt-4o-mini", "claude-sonnet-4", "gemini-2.5-pro"]

  private static var kpis: [UInt8] {
    let keys = ["total_requests", "avg_latency_ms", "error_rate", "total_cost_usd", "avg_quality_score"]
    let members = keys.enumerated().map { index, key in
      #""\#(key)":{"value":\#(2217 + 31 * index).69530695,"change":-16.2,"change_label":"vs last 24h","trend":"normal"}"#
    }
    let window = #"{"from":"2026-03-13T09:26:53.000000Z","to":"2026-03-14T09:26:53.000000Z"}"#
    return Array(
      ("{" + members.joined(separator: ",")
        + #","as_of":"2026-03-14T09:26:53.589793Z","window":\#(window),"previous_window":\#(window)}"#).utf8
    )
  }

  private static var alerts: [UInt8] {
    list(10) { index in
      #"{"id":"5f0c7a52-93c5-4ab1-8d55-0000000000\#(10 + index)","workspace_id":"\#(workspace)","#
        + #""title":"Latency of agent checkout-\#(index) is up","description":"p95 rose from 812 ms to 2417 ms "#
        + #"within the last hour","severity":"warning","metric_value":2417.25,"created_at":"2026-03-14T08:\#(10 + index):11.000000Z"}"#
    }
  }

  private static var activity: [UInt8] {
    list(50) { index in
      #"{"id":"a3d9e2c4-1111-5222-8333-0000000000\#(10 + index)","workspace_id":"\#(workspace)","#
        + #""trace_id":"trace-000000\#(100 + index)","agent_id":"support-bot-\#(index % 7)","#
        + #""action":"trace_ingested","status":"success","timestamp":"2026-03-14T09:\#(10 + index % 50):53.123456Z","#
        + #""metadata":{"latency_ms":\#(800 + 17 * index),"model":"\#(models[index % 3])","cost_usd":0.00\#(1000 + index)}}"#
    }
  }

  private static var traces: [UInt8] {
    list(50) { index in
      #"{"trace_id":"trace-000000\#(100 + index)","workspace_id":"\#(workspace)","agent_id":"support-bot-\#(index % 7)","#
        + #""timestamp":"2026-03-14T09:\#(10 + index % 50):53.123456Z","latency_ms":\#(800 + 17 * index),"#
        + #""status":"success","model":"\#(models[index % 3])","model_provider":"openai","tokens_input":\#(900 + index),"#
        + #""tokens_output":\#(300 + index),"tokens_total":\#(1200 + 2 * index),"cost_usd":0.00\#(1000 + index),"#
        + #""quality_score":0.93,"tags":["production","eu"]}"#
    }
  }

  private static func list(_ count: Int, _ item: (Int) -> String) -> [UInt8] {
    let items = (0..<count).map(item).joined(separator: ",")
    return Array(
      #"{"items":[\#(items)],"total":2217,"page":1,"limit":\#(count),"pages":45,"as_of":"2026-03-14T09:26:53.589793Z"}"#
        .utf8
    )
  }
}
