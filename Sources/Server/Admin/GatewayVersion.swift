/// The version that `/health` and the command line tell.
public enum GatewayVersion {
  public static let current = "0.1.0"
}
