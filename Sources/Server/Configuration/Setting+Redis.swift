public import Cache

extension Setting {
  /// The URL of a Redis. A wrong one is never shown, for it may hold a password; what is wrong with it is.
  static func redisURL(_ name: String, _ path: SettingPath<String>, _ summary: String) -> Setting {
    Setting(
      name: name,
      group: .servers,
      takes: "`redis://[[user]:password@]host:port/database`, `redis+cluster://…@host:port,host:port`, "
        + "`redis+sentinel://…@host:port,host:port/master/database` (with `rediss` for TLS), or `unix:///path`",
      summary: summary,
      isSecret: true,
      apply: { text, configuration throws(Refusal) in
        do throws(CacheError) {
          _ = try RedisURL(text)
        } catch {
          throw Refusal(because: error.message)
        }
        configuration[keyPath: path] = text
      },
      show: { $0[keyPath: path] }
    )
  }
}

extension GatewayConfiguration {
  /// How a Redis is spoken to.
  /// - Throws: `configuration` when the URL or a file of TLS cannot be read.
  public func redis(_ url: String) throws(CacheError) -> RedisConfiguration {
    var tls = RedisTLS.Settings()
    tls.authorityFile = redisAuthorityFile.isEmpty ? nil : redisAuthorityFile
    tls.certificateFile = redisCertificateFile.isEmpty ? nil : redisCertificateFile
    tls.keyFile = redisKeyFile.isEmpty ? nil : redisKeyFile
    tls.verification = redisVerification
    var redis = try RedisConfiguration(url: url, tls: tls)
    redis.timeout = redisTimeout
    return redis
  }
}
