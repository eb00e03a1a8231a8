package io.mlops4j.runtime.scoring;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import java.util.Objects;

/**
 * The result of scoring a file. Immutable and thread safe.
 *
 * @param rows the number of rows of the output, which is that of the input
 * @param badRows the number of rows that the model rejected; their outputs are null
 * @param resumedRows the number of rows that an earlier, interrupted run had written; 0 if there
 *     was none
 * @param digest the SHA-256 of the scored rows as Arrow. It is the digest of the output file if
 *     that is an Arrow file
 * @param servedBy the model that answered
 */
public record ScoringResult(
    long rows, long badRows, long resumedRows, Digest digest, ServedBy servedBy) {
  /**
   * Checks the parts.
   *
   * @param rows the number of rows of the output, which is that of the input
   * @param badRows the number of rows that the model rejected; their outputs are null
   * @param resumedRows the number of rows that an earlier, interrupted run had written; 0 if there
   *     was none
   * @param digest the SHA-256 of the scored rows as Arrow
   * @param servedBy the model that answered
   */
  public ScoringResult {
    Objects.requireNonNull(digest, "digest");
    Objects.requireNonNull(servedBy, "servedBy");
  }
}
