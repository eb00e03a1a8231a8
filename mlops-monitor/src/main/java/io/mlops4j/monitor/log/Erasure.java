package io.mlops4j.monitor.log;

/**
 * The rows and files that an erasure removed.
 *
 * @param rows rows of the key
 * @param files files that were rewritten or deleted; a file without an index is deleted, because it
 *     cannot be known whose rows it holds
 * @param damagedRows rows that could not be read and may have been of the key; they were removed
 *     too
 */
public record Erasure(long rows, int files, long damagedRows) {}
