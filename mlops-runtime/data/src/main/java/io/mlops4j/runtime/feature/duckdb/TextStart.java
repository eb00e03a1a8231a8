package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.runtime.internal.duckdb.DuckDb;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** The first characters of text files, decompressed. */
final class TextStart {
  private TextStart() {}

  /**
   * Returns the first characters of a file; the ends of lines of a Zstandard file are all the same.
   *
   * @param charset ISO-8859-1 for the bytes, or UTF-16
   * @param most the most characters
   * @param database decompresses Zstandard, which Java does not
   * @throws IOException if they cannot be read
   */
  static String of(Path file, Charset charset, int most, DuckDb database) throws IOException {
    if (Files.size(file) == 0) {
      return "";
    }
    if (isZstd(file)) {
      return lines(file, charset, most, database);
    }
    try (InputStream bytes = Files.newInputStream(file);
        InputStream plain = isNamed(file, ".gz") ? new GZIPInputStream(bytes) : bytes;
        Reader text = new InputStreamReader(plain, charset)) {
      char[] chars = new char[most];
      int length = 0;
      for (int n = 0; n >= 0 && length < most; n = text.read(chars, length, most - length)) {
        length += n;
      }
      return new String(chars, 0, length);
    }
  }

  static boolean isZstd(Path file) {
    return isNamed(file, ".zst");
  }

  private static boolean isNamed(Path file, String end) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(end);
  }

  private static String lines(Path file, Charset charset, int most, DuckDb database)
      throws IOException {
    String encoding = charset.equals(StandardCharsets.ISO_8859_1) ? "latin-1" : "utf-16";
    StringBuilder text = new StringBuilder();
    try (Statement statement = database.connection().createStatement();
        ResultSet lines = statement.executeQuery(FileSql.lines(file, encoding))) {
      while (text.length() < most && lines.next()) {
        String line = lines.getString(1); // an empty one is null
        text.append(line == null ? "" : line).append('\n');
      }
      return text.substring(0, Math.min(most, text.length()));
    } catch (SQLException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
