package io.mlops4j.inference;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The permanent id of one predicted row, by which its label can be joined later. Immutable and
 * thread safe.
 *
 * @param process a random number drawn when the runtime opened
 * @param call the call's number in that runtime, from 0
 * @param row the row's number in that call, from 0
 */
public record PredictionId(long process, long call, int row) {
  private static final Pattern TEXT =
      Pattern.compile("([0-9a-f]{16})-([0-9a-f]{1,16})-(0|[1-9][0-9]{0,9})");

  /**
   * Checks the row.
   *
   * @param process a random number drawn when the runtime opened
   * @param call the call's number in that runtime, from 0
   * @param row the row's number in that call, from 0
   * @throws IllegalArgumentException if the row is negative
   */
  public PredictionId {
    if (row < 0) {
      throw new IllegalArgumentException("row: found " + row + ", expected 0 or more");
    }
  }

  /**
   * Parses the text form.
   *
   * @param text a text that {@link #toString} returned
   * @return the id
   * @throws IllegalArgumentException if the text has another form
   */
  public static PredictionId parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (parts.matches()) {
      long row = Long.parseLong(parts.group(3));
      if (row <= Integer.MAX_VALUE) {
        return new PredictionId(
            HexFormat.fromHexDigitsToLong(parts.group(1)),
            HexFormat.fromHexDigitsToLong(parts.group(2)),
            (int) row);
      }
    }
    throw new IllegalArgumentException(
        "prediction id: found \"" + text + "\", expected the form 00000000000000ab-1f-0");
  }

  /**
   * Returns the text form that {@link #parse} reads.
   *
   * @return process and call in hexadecimal digits, row in decimal ones
   */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(process) + "-" + Long.toHexString(call) + "-" + row;
  }
}
