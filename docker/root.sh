#!/bin/sh
# root.sh ROOT PACKAGE...: lays out under ROOT what a JVM needs of the distribution that this runs on, and nothing else: the
# packages' files without manuals, and the list of packages where scanners look for it (as distroless images have it). It has
# no shell, no package manager and no program that runs with its owner's rights, and fails where a package brought one.
set -eu
root=$1
shift

rm -rf "$root"
mkdir -p "$root/usr/lib" "$root/etc" "$root/var/lib/dpkg/status.d"
# The distribution's own links: /lib is /usr/lib, and so on.
for folder in bin sbin lib lib64; do
  [ ! -L "/$folder" ] || ln -s "$(readlink "/$folder")" "$root/$folder"
done
# A name may be a pattern: the compiler's version is a part of one.
packages=$(dpkg-query -W -f '${Package}\n' "$@")
for package in $packages; do
  dpkg-query -L "$package"
  dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
done | LC_ALL=C sort -u | while read -r path; do
  case "$path" in
  /usr/share/doc/*/copyright) ;;
  /usr/share/doc/* | /usr/share/man/* | /usr/share/locale/* | /usr/share/lintian/* | /usr/share/bug/* | /usr/share/gcc/* | \
    /usr/share/gdb/* | /usr/lib/*/gconv/* | /usr/share/base-files/* | /etc/update-motd.d/*) continue ;;
  esac
  if [ -L "$path" ] || [ ! -d "$path" ]; then
    [ ! -e "$path" ] || echo "$path"
  else
    mkdir -p "$root$path"
  fi
done >/tmp/files
tar -C / -P --no-recursion -cf - -T /tmp/files | tar -C "$root" -xf -
ldconfig -r "$root"

echo 'root:x:0:0:root:/root:/sbin/nologin
sluice:x:65532:65532:sluice:/var/lib/sluice:/sbin/nologin' >"$root/etc/passwd"
echo 'root:x:0:
sluice:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
find "$root" -depth -type d -empty -delete
rm -rf "$root/var/cache"
mkdir -p "$root/tmp" "$root/root" "$root/etc/ssl/certs" "$root/opt" "$root/var/lib"
chmod 1777 "$root/tmp"

found=$(find "$root" -perm /6000 -o -type f \( -path '*/bin/*' -o -path '*/sbin/*' \))
[ -z "$found" ] || {
  echo "$found: no program of the distribution belongs into the image." >&2
  exit 1
}
