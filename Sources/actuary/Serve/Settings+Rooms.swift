import Billing
import Gateway
import HTTPServer

/// What each room takes of the settings.
extension Settings {
    var httpServer: ServerSettings {
        var result = ServerSettings()
        result.host = server.host
        result.port = UInt16(clamping: server.port)
        result.wire.headBytesMax = server.headLimitBytes
        result.wire.bodyBytesMax = server.bodyLimitBytes
        result.headTimeout = server.headTimeout
        result.idleTimeout = server.idleTimeout
        result.writeTimeout = server.writeTimeout
        result.handshakeTimeout = server.handshakeTimeout
        result.streamBufferBytesMax = server.streamBufferBytes
        result.wire.fieldCountMax = server.maxHeaderFields
        result.compressesResponses = server.compresses
        result.crossOrigin = CrossOriginPolicy(allowedOrigins: server.allowedOrigins)
        result.bodyRateMin = server.minBodyRate
        result.connectionsPerAddressMax = server.maxConnectionsPerAddress
        result.connectionCountMax = server.maxConnections
        return result
    }

    /// What is needed to speak TLS, if it is to be spoken.
    var tlsFiles: TLSFiles? {
        guard let certificate = server.certificatePath, let key = server.keyPath else { return nil }
        return TLSFiles(certificatePath: certificate, keyPath: key, clientAuthorityPath: server.clientAuthorityPath)
    }

    func gateway(_ plan: MemoryPlan, plans: PlanCatalog) -> GatewaySettings {
        var result = GatewaySettings()
        result.defaultMaxCompletionTokens = engine.defaultMaxCompletionTokens
        result.maxChoices = engine.maxChoices
        result.maxThinkTokens = thinking.maxThinkTokens
        result.maxThinkTokensCap = thinking.maxThinkTokensCap
        result.effort = thinking.effort
        result.temperature = sampling.temperature
        result.topP = sampling.topP
        result.plans = plans
        result.memoryPlan = plan.parts
        result.blockTokens = MemoryPlan.blockTokens
        result.commentInterval = server.keepAliveCommentInterval
        return result
    }
}
