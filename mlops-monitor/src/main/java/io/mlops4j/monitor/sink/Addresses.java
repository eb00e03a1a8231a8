package io.mlops4j.monitor.sink;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Tells addresses of the public internet from those of a machine, its network or a protocol, by
 * IANA's registries of special-purpose addresses.
 */
final class Addresses {
  private static final int[][] PRIVATE_4 = {
    // network, bits
    {0x00000000, 8}, // this network
    {0x0a000000, 8}, // private
    {0x64400000, 10}, // shared by carriers
    {0x7f000000, 8}, // loopback
    {0xa9fe0000, 16}, // link-local, with the metadata of clouds
    {0xac100000, 12}, // private
    {0xc0000000, 24}, // protocols
    {0xc0000200, 24}, // documentation
    {0xc0586300, 24}, // 6to4 relays
    {0xc0a80000, 16}, // private
    {0xc6120000, 15}, // benchmarks
    {0xc6336400, 24}, // documentation
    {0xcb007100, 24}, // documentation
    {0xe0000000, 3}, // multicast, reserved and broadcast
  };

  private Addresses() {}

  static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address ? isPublic4(number(bytes, 0)) : isPublic6(bytes);
  }

  private static boolean isPublic4(int address) {
    return Arrays.stream(PRIVATE_4)
        .noneMatch(net -> (address ^ net[0]) >>> (Integer.SIZE - net[1]) == 0);
  }

  /** Only 2000::/3 is public, without its special parts; 64:ff9b::/96 leads to IPv4. */
  private static boolean isPublic6(byte[] bytes) {
    int first = number(bytes, 0);
    int second = number(bytes, 4);
    boolean translated = first == 0x0064ff9b && second == 0 && number(bytes, 8) == 0;
    if (translated) {
      return isPublic4(number(bytes, 12));
    }
    boolean global = first >>> 29 == 0b001;
    boolean protocols = first >>> 9 == 0x20010000 >>> 9; // 2001::/23, with Teredo
    boolean documentation = first == 0x20010db8 || first >>> 12 == 0x3fff0000 >>> 12;
    boolean sixToFour = first >>> 16 == 0x2002;
    return global && !protocols && !documentation && !sixToFour;
  }

  private static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }
}
