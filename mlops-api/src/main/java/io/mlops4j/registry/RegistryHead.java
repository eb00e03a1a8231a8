package io.mlops4j.registry;

import io.mlops4j.model.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The ends of all chains of a registry at one time. Keep it where the writers of the registry
 * cannot write. Later it proves that no part of the registry at that time was rewritten or cut off.
 * Its text form has one line for each chain, and {@link #parse} reads it:
 *
 * <pre>
 * mlops4j-registry-head 1
 * alias flight-delay@champion 42 sha256:...
 * changes flight-delay 3 sha256:...
 * versions flight-delay 12 sha256:...
 * </pre>
 *
 * <p>The line of an alias has the number and digest of its newest record. The line {@code changes}
 * has those of the newest record about the states of versions. The line {@code versions} has the
 * number of the newest version, and a digest over all versions up to it. A chain that has grown
 * since still contains what its line says. Immutable and thread safe.
 */
public final class RegistryHead {
  private static final String TITLE = "mlops4j-registry-head 1";
  private static final Pattern LINE = Pattern.compile("(\\S+ \\S+) ([1-9][0-9]{0,17}) (\\S+)");

  private final List<Entry> entries;

  private RegistryHead(Collection<Entry> entries) {
    this.entries = entries.stream().sorted(Comparator.comparing(Entry::chain)).toList();
    for (int i = 1; i < this.entries.size(); i++) {
      if (this.entries.get(i).chain().equals(this.entries.get(i - 1).chain())) {
        throw new IllegalArgumentException(
            "head: found two lines for \""
                + this.entries.get(i).chain()
                + "\", expected one for each chain");
      }
    }
  }

  /**
   * The end of one chain. Immutable and thread safe.
   *
   * @param chain {@code alias NAME@ALIAS}, {@code changes NAME} or {@code versions NAME}; readers
   *     ignore kinds that they do not know
   * @param number the number of its last element, at least 1
   * @param digest the digest over the chain up to that element
   */
  public record Entry(String chain, long number, Digest digest) {
    /**
     * Checks the parts.
     *
     * @param chain {@code alias NAME@ALIAS}, {@code changes NAME} or {@code versions NAME}; readers
     *     ignore kinds that they do not know
     * @param number the number of its last element, at least 1
     * @param digest the digest over the chain up to that element
     * @throws IllegalArgumentException if the chain is not two words, or the number is below 1
     */
    public Entry {
      Objects.requireNonNull(digest, "digest");
      if (!LINE.matcher(chain + " " + number + " " + digest).matches()) {
        throw new IllegalArgumentException(
            "entry: found \""
                + chain
                + "\" "
                + number
                + ", expected a chain of two words, such as \"alias fraud@champion\", and a number "
                + "from 1");
      }
    }

    /**
     * Returns the line of this entry.
     *
     * @return for example {@code alias fraud@champion 42 sha256:...}
     */
    @Override
    public String toString() {
      return chain + " " + number + " " + digest;
    }
  }

  /**
   * Returns a head with the ends of chains.
   *
   * @param entries one entry for each chain, in any order
   * @return the head
   * @throws IllegalArgumentException if a chain occurs twice
   */
  public static RegistryHead of(Collection<Entry> entries) {
    return new RegistryHead(entries);
  }

  /**
   * Parses the text form.
   *
   * @param text a text that {@link #toString} returned; other line ends and blank lines are allowed
   * @return the head
   * @throws IllegalArgumentException if the text has another form; the message names the line
   */
  public static RegistryHead parse(String text) {
    List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (lines.isEmpty() || !lines.get(0).equals(TITLE)) {
      throw new IllegalArgumentException(
          "head: found \""
              + (lines.isEmpty() ? "" : lines.get(0))
              + "\" in the first line, expected \""
              + TITLE
              + "\"");
    }
    List<Entry> entries = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) {
        throw new IllegalArgumentException(
            "head: found the line \"" + line + "\", expected <kind> <name> <number> sha256:<hex>");
      }
      entries.add(
          new Entry(parts.group(1), Long.parseLong(parts.group(2)), Digest.parse(parts.group(3))));
    }
    return new RegistryHead(entries);
  }

  /**
   * Returns the ends of the chains.
   *
   * @return an unmodifiable list, sorted by chain
   */
  public List<Entry> entries() {
    return entries;
  }

  /**
   * Returns a digest over the text, to see whether two heads are the same. It does not show how a
   * head changed. Only the texts show whether a registry has only grown.
   *
   * @return the SHA-256 of the text form in UTF-8
   */
  public Digest digest() {
    return Digest.sha256(toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RegistryHead that && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  /**
   * Returns the text form that {@link #parse} reads.
   *
   * @return lines, each with a line feed at its end
   */
  @Override
  public String toString() {
    return entries.stream()
        .map(Entry::toString)
        .collect(Collectors.joining("\n", TITLE + "\n", entries.isEmpty() ? "" : "\n"));
  }
}
