"""A stand-in for the usage APIs of OpenAI, Anthropic and Cursor, for tests, the local stack and the demo.

It answers as their documentation says, from usage that is set, and knows nothing of the product: neither its code nor
what it expects.
"""
