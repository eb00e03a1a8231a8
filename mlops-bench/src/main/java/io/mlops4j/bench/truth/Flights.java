package io.mlops4j.bench.truth;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * 25 000 US domestic flights of January to June 2001: every 6th of those of the sample {@code
 * quickstart}, from the on-time performance data of the US Bureau of Transportation Statistics, a
 * public record, as packed in the npm package {@code vega-datasets} 3.2.1.
 *
 * @param distance miles
 * @param hour of the departure
 * @param weekday 1 to 7
 * @param origin a number for each airport
 * @param destination likewise
 */
record Flights(
    List<Integer> distance,
    List<Integer> hour,
    List<Integer> weekday,
    List<Integer> origin,
    List<Integer> destination) {

  static Flights read() {
    List<List<Integer>> columns = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      columns.add(new ArrayList<>());
    }
    Map<String, Integer> airports = new HashMap<>();
    try (BufferedReader lines = open()) {
      lines.readLine(); // names
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split(",", -1);
        for (int i = 0; i < 3; i++) {
          columns.get(i).add(Integer.valueOf(cells[i + 1]));
        }
        for (int i = 3; i < 5; i++) {
          columns.get(i).add(airports.computeIfAbsent(cells[i + 1], code -> airports.size()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Flights(
        columns.get(0), columns.get(1), columns.get(2), columns.get(3), columns.get(4));
  }

  private static BufferedReader open() throws IOException {
    InputStream file = Flights.class.getResourceAsStream("/io/mlops4j/bench/flights.csv.gz");
    if (file == null) {
      throw new IOException(
          "flights.csv.gz: found nothing, expected it in the jar, where the build copies it");
    }
    return new BufferedReader(
        new InputStreamReader(new GZIPInputStream(file), StandardCharsets.US_ASCII));
  }

  int rows() {
    return distance.size();
  }
}
