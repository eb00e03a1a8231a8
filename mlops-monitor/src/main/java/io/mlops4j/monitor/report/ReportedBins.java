package io.mlops4j.monitor.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ExportRules;
import io.mlops4j.monitor.profile.NumberProfile;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes the bins of a column with the counts of both sides, within the rules for what may be
 * shown.
 */
record ReportedBins(FeatureDrift feature, ExportRules rules) {
  void write(JsonGenerator out) throws IOException {
    out.writeObjectFieldStart("bins");
    if (feature.reference() instanceof NumberProfile numbers) {
      numbers(out, numbers, (NumberProfile) feature.current());
    } else {
      categories(
          out,
          new ShownColumn<>(
              (CategoryProfile) feature.reference(), (CategoryProfile) feature.current(), rules));
    }
    out.writeEndObject();
  }

  /** A bin that ends at a suppressed extreme is counted together with the bin beyond it. */
  private void numbers(JsonGenerator out, NumberProfile reference, NumberProfile current)
      throws IOException {
    double[] edges = reference.edges();
    int[] kept =
        IntStream.range(0, edges.length)
            .filter(edge -> rules.extremes() || !isExtreme(edges, edge))
            .toArray();
    double[] shown = Arrays.stream(kept).mapToDouble(edge -> edges[edge]).toArray();
    out.writeFieldName("edges");
    out.writeArray(shown, 0, shown.length);
    counts(out, "reference", joined(reference.counts(), kept));
    counts(out, "current", joined(current.counts(), kept));
  }

  /** Whether an edge is the smallest or the largest number of the reference, or just below it. */
  private static boolean isExtreme(double[] edges, int edge) {
    return edges[edge] <= Math.nextUp(edges[0])
        || edges[edge] >= Math.nextDown(edges[edges.length - 1]);
  }

  /** The counts between the remaining edges. */
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

  /** Rare categories are written without names, as one count. */
  private static void categories(JsonGenerator out, ShownColumn<CategoryProfile> pair)
      throws IOException {
    List<String> names = pair.reference().names();
    int[] shown =
        IntStream.range(0, names.size()).filter(bin -> CategoryChart.shows(pair, bin)).toArray();
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
        pair.reference().present() - pair.reference().rest() - Arrays.stream(shownBefore).sum(),
        pair.current().present() - pair.current().rest() - Arrays.stream(shownAfter).sum());
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
