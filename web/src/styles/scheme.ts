/** Element Plus switches by a class on <html>; the page follows the system. */
export function followColourScheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  const apply = () => { document.documentElement.classList.toggle('dark', dark.matches) }
  dark.addEventListener('change', apply)
  apply()
}
