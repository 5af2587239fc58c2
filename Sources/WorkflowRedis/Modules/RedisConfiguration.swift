#if Redis
import WorkflowCore

/// What the configurations of several module types have in common.
enum RedisConfiguration {
    /// What is wrong with a URL; `nil` for nothing.
    @Sendable static func problem(_ url: SecretString) -> String? {
        do throws(RedisURL.Problem) {
            _ = try RedisURL.settings(url.value)
            return nil
        } catch {
            return error.description
        }
    }

    /// What is wrong with a time-out; `nil` for nothing.
    @Sendable static func timeoutProblem(_ duration: Duration) -> String? {
        duration >= .milliseconds(1) && duration <= .seconds(60) ? nil : "must be at least 1ms and at most 60s"
    }

    /// - Throws: ``ConfigurationError`` for a URL that no configuration was checked for.
    static func settings(
        _ url: SecretString, connectTimeout: Duration, timeout: Duration, context: ModuleContext
    ) throws -> RedisSettings {
        do throws(RedisURL.Problem) {
            var settings = try RedisURL.settings(url.value)
            settings.connectTimeout = connectTimeout
            settings.commandTimeout = timeout
            return settings
        } catch {
            throw context.error("url: \(error.description)")
        }
    }
}
#endif
