package io.mlops4j.samples.service.inference;

import java.util.OptionalInt;

/** The body of a response: JSON, followed by binary data if there is any; or CSV. */
public final class ResponseBody {
  private final byte[] bytes;
  private final OptionalInt jsonLength;
  private final String type;

  ResponseBody(byte[] bytes, OptionalInt jsonLength) {
    this(bytes, jsonLength, jsonLength.isEmpty() ? "application/json" : "application/octet-stream");
  }

  private ResponseBody(byte[] bytes, OptionalInt jsonLength, String type) {
    this.bytes = bytes;
    this.jsonLength = jsonLength;
    this.type = type;
  }

  /**
   * Returns a body that is JSON only.
   *
   * @param json the bytes, which are not copied
   */
  public static ResponseBody json(byte[] json) {
    return new ResponseBody(json, OptionalInt.empty());
  }

  /**
   * Returns a body that is a table of comma-separated values.
   *
   * @param csv the bytes, which are not copied
   */
  public static ResponseBody csv(byte[] csv) {
    return new ResponseBody(csv, OptionalInt.empty(), "text/csv;charset=utf-8");
  }

  /** Returns the media type. */
  public String type() {
    return type;
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
