/** Where notifications of WeChat Pay go, below a city's address. */
const NOTIFICATIONS = '/payment/notifications/';

/**
 * Where this machine serves an address that an order names for its notifications; undefined: nowhere.
 * @param domain the city's, to the world
 * @param served the city's, on this machine
 */
export function notificationReach(domain: string, served: string): (url: string) => string | undefined {
  return (url) => {
    if (!URL.canParse(url)) return undefined;
    const { origin, pathname } = new URL(url);
    const isOurs = origin === `https://${domain}` && pathname.startsWith(NOTIFICATIONS);
    return isOurs ? `${served}${pathname}` : undefined;
  };
}
