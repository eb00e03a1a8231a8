package io.mlops4j.monitor.sink;

import java.net.URI;
import java.util.Locale;

/**
 * The checked address of a webhook.
 *
 * @param secure whether it is https
 * @param host a name, or a literal address without brackets
 * @param target path and query, as they are sent
 */
record Endpoint(boolean secure, String host, int port, String target) {
  private static final int LARGEST_PORT = 65_535;

  static Endpoint of(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    String host = uri.getHost();
    boolean secure = scheme.equals("https");
    if ((!secure && !scheme.equals("http")) || host == null || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "uri: found one with the scheme \"%s\", host \"%s\"%s, expected https://host/path"
              .formatted(scheme, host, uri.getRawUserInfo() == null ? "" : " and a user"));
    }
    if (uri.getPort() == 0 || uri.getPort() > LARGEST_PORT) {
      throw new IllegalArgumentException(
          "uri: found the port " + uri.getPort() + ", expected 1 to " + LARGEST_PORT);
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String target = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    boolean bracketed = host.startsWith("[");
    boolean dotted = host.endsWith("."); // a certificate is for the name without it
    String name = host.substring(bracketed ? 1 : 0, host.length() - (bracketed || dotted ? 1 : 0));
    int port = uri.getPort() == -1 ? secure ? 443 : 80 : uri.getPort();
    return new Endpoint(secure, name, port, URI.create(target).toASCIIString());
  }

  boolean isLiteral6() {
    return host.indexOf(':') >= 0;
  }

  /** The value of the Host header. */
  String authority() {
    String name = isLiteral6() ? "[" + host + "]" : host;
    return port == (secure ? 443 : 80) ? name : name + ":" + port;
  }

  /** Without path and query, which often hold a secret. */
  @Override
  public String toString() {
    return (secure ? "https://" : "http://") + authority();
  }
}
