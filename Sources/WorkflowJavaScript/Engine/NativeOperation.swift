#if JavaScript
/// What the prelude asks of the engine; the numbers are the constants in ``Prelude``.
enum NativeOperation: Int {
    case settle = 0
    case reject
    case host
    case timer
    case clear
    case log
    case random
    case uuid
    case sha256
    case hmac
    case encode
    case decode
    case describe
}
#endif
