package io.mlops4j.samples.service;

import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Comma-separated values, as RFC 4180 has them. */
final class Csv {
  private Csv() {}

  /** Writes a record: its components' names, and in the next line their values. */
  static byte[] write(Record value) {
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      names.add(quoted(component.getName()));
      try {
        values.add(quoted(String.valueOf(component.getAccessor().invoke(value))));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    String lines = String.join(",", names) + "\r\n" + String.join(",", values) + "\r\n";
    return lines.getBytes(StandardCharsets.UTF_8);
  }

  private static String quoted(String value) {
    return value.matches("[^\",\r\n]*") ? value : '"' + value.replace("\"", "\"\"") + '"';
  }
}
