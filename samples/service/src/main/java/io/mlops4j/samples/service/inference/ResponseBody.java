package io.mlops4j.samples.service.inference;

import java.util.OptionalInt;

/** The body of a response: JSON, followed by binary data if there is any. */
public final class ResponseBody {
  private final byte[] bytes;
  private final OptionalInt jsonLength;

  ResponseBody(byte[] bytes, OptionalInt jsonLength) {
    this.bytes = bytes;
    this.jsonLength = jsonLength;
  }

  /**
   * Returns a body that is JSON only.
   *
   * @param json the bytes, which are not copied
   */
  public static ResponseBody json(byte[] json) {
    return new ResponseBody(json, OptionalInt.empty());
  }

  /** Returns the whole body, without a copy. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns the length of the JSON; empty if no binary data follows. */
  public OptionalInt jsonLength() {
    return jsonLength;
  }
}
