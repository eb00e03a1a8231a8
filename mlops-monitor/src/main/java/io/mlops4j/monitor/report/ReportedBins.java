package io.mlops4j.monitor.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.monitor.profile.ExportRules;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The bins of a column with the counts of both sides, as far as the rules show them. */
final class ReportedBins {
  private final ColumnPair pair;
  private final ExportRules rules;

  private ReportedBins(ColumnPair pair, ExportRules rules) {
    this.pair = pair;
    this.rules = rules;
  }

  static ReportedBins of(ColumnPair pair, ExportRules rules) {
    return new ReportedBins(pair, rules);
  }

  void write(JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("bins");
    if (pair instanceof NumberPair numbers) {
      numbers(out, numbers);
    } else {
      categories(out, (CategoryPair) pair);
    }
    out.writeEndObject();
  }

  /** Bins that end at an extreme which is not shown are counted with the bin beyond it. */
  private void numbers(JsonGenerator out, NumberPair numbers) throws IOException {
    double[] edges = numbers.reference().edges();
    int[] kept =
        IntStream.range(0, edges.length)
            .filter(edge -> rules.extremes() || !isExtreme(edges, edge))
            .toArray();
    double[] shown = Arrays.stream(kept).mapToDouble(edge -> edges[edge]).toArray();
    out.writeFieldName("edges");
    out.writeArray(shown, 0, shown.length);
    counts(out, "reference", joined(numbers.reference().counts(), kept));
    counts(out, "current", joined(numbers.current().counts(), kept));
  }

  /** Whether it is the least or the greatest number of the reference, or just below. */
  private static boolean isExtreme(double[] edges, int edge) {
    return edges[edge] <= Math.nextUp(edges[0])
        || edges[edge] >= Math.nextDown(edges[edges.length - 1]);
  }

  /** The counts between the edges that are left. */
  private static long[] joined(long[] counts, int[] kept) {
    long[] joined = new long[kept.length + 1];
    int bin = 0;
    for (int i = 0; i < joined.length; i++) {
      int last = i < kept.length ? kept[i] : counts.length - 1;
      while (bin <= last) {
        joined[i] += counts[bin++];
      }
    }
    return joined;
  }

  /** Names of rare categories stay inside; their counts are one. */
  private static void categories(JsonGenerator out, CategoryPair pair) throws IOException {
    List<String> names = pair.reference().names();
    int[] shown = IntStream.range(0, names.size()).filter(pair::shows).toArray();
    out.writeFieldName("labels");
    String[] labels = Arrays.stream(shown).mapToObj(names::get).toArray(String[]::new);
    out.writeArray(labels, 0, labels.length);
    long[] before = pair.reference().counts();
    long[] after = pair.current().counts();
    long[] shownBefore = Arrays.stream(shown).mapToLong(bin -> before[bin]).toArray();
    long[] shownAfter = Arrays.stream(shown).mapToLong(bin -> after[bin]).toArray();
    counts(out, "reference", shownBefore);
    counts(out, "current", shownAfter);
    out.writeObjectFieldStart("suppressed");
    out.writeNumberField("categories", names.size() - shown.length);
    sides(
        out,
        pair.reference().present() - pair.reference().rest() - Categories.sum(shownBefore),
        pair.current().present() - pair.current().rest() - Categories.sum(shownAfter));
    out.writeObjectFieldStart("rest");
    sides(out, pair.reference().rest(), pair.current().rest());
  }

  private static void sides(JsonGenerator out, long reference, long current) throws IOException {
    out.writeNumberField("reference", reference);
    out.writeNumberField("current", current);
    out.writeEndObject();
  }

  private static void counts(JsonGenerator out, String name, long[] counts) throws IOException {
    out.writeFieldName(name);
    out.writeArray(counts, 0, counts.length);
  }
}
