package io.mlops4j.bench.minilm;

/**
 * One text.
 *
 * @param input_ids the tokens
 * @param attention_mask 1 for a token, 0 for padding
 * @param token_type_ids which sentence of a pair
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Tokens(long[] input_ids, long[] attention_mask, long[] token_type_ids) {}
