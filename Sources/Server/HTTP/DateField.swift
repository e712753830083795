import Glibc
import Synchronization

/// The value of `Date` (RFC 9110 section 6.6.1), which the framework adds to its own answers: written once a second.
enum DateField {
  private static let last = Mutex<(second: Int64, text: String)>((0, ""))

  static func now() -> String {
    let second = UnixTime.now()
    return last.withLock { last in
      if last.second != second { last = (second, text(of: second)) }
      return last.text
    }
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 section 5.6.7).
  static func text(of second: Int64) -> String {
    var instant = time_t(second)
    var parts = unsafe tm()
    unsafe gmtime_r(&instant, &parts)
    let (weekday, month) = unsafe (Int(parts.tm_wday), Int(parts.tm_mon))
    let day = unsafe "\(days[weekday]), \(pair(parts.tm_mday)) \(months[month]) \(parts.tm_year + 1900)"
    let time = unsafe "\(pair(parts.tm_hour)):\(pair(parts.tm_min)):\(pair(parts.tm_sec))"
    return "\(day) \(time) GMT"
  }

  private static func pair(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
