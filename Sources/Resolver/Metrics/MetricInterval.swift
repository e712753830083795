/// How long the buckets of a series are: the values of the enum `MetricInterval`.
enum MetricInterval: String, Sendable, Hashable, CaseIterable {
  case minute
  case hour
  case day
  case week

  /// In UTC; a day of another time zone can be an hour shorter or longer.
  var seconds: Int64 {
    switch self {
    case .minute: 60
    case .hour: 3600
    case .day: 86_400
    case .week: 7 * 86_400
    }
  }

  /// The instants inside a window at which a bucket ends and the next begins, as a SELECT of the column `at`.
  ///
  /// Days and weeks begin at midnight of the zone, or at the first instant of a day that has none; of a midnight that
  /// comes twice the first one counts.
  func bounds(from: String, to: String, zone: String) -> String {
    switch self {
    case .minute, .hour:
      return """
        SELECT at FROM generate_series(date_trunc('\(rawValue)', \(from), \(zone)), \(to), interval '1 \(rawValue)') AS at \
        WHERE at > \(from) AND at < \(to)
        """
    case .day, .week:
      return """
        SELECT at FROM (
          SELECT CASE WHEN (at - interval '1 hour') AT TIME ZONE \(zone) >= local THEN at - interval '1 hour' ELSE at END AS at
          FROM (
            SELECT local, local AT TIME ZONE \(zone) AS at
            FROM generate_series(date_trunc('\(rawValue)', \(from) AT TIME ZONE \(zone)), \(to) AT TIME ZONE \(zone),
              interval '1 \(rawValue)') AS local
          ) AS midnight
        ) AS bound WHERE at > \(from) AND at < \(to)
        """
    }
  }
}
